import type { PublicCode } from './codes.ts';

/** One kind of `DingTalkError`: its public code and message, and how the gateway treats it. */
interface Kind {
  readonly code: PublicCode;
  /** For clients, unless the endpoint has a message of its own. */
  readonly message: string;
  /** Whether the same request may succeed later. */
  readonly retryable: boolean;
  readonly logLevel: 'error' | 'warn' | 'info';
  /** A refusal of this lookup: it removes the cached answer of the same lookup. */
  readonly endsEntry: boolean;
  /** A refusal that may be cached for a short time. */
  readonly cacheable: boolean;
  /** Passes without action: neither the application nor the lookup is refused. */
  readonly passing: boolean;
}

type Treatment = Omit<Kind, 'code' | 'message'>;
const refusal: Treatment = {
  retryable: false,
  logLevel: 'info',
  endsEntry: true,
  cacheable: true,
  passing: false,
};
const passing: Treatment = {
  retryable: true,
  logLevel: 'warn',
  endsEntry: false,
  cacheable: false,
  passing: true,
};
/** Only the operator of this gateway can act. */
const operators: Treatment = {
  retryable: false,
  logLevel: 'error',
  endsEntry: false,
  cacheable: false,
  passing: false,
};

const tooManyCalls = 'Too many calls to DingTalk right now: wait retryAfterMs and try again.';
const applicationRefused =
  "DingTalk refuses this gateway's application: its operator must check credentials, permissions and IP white list.";

/** Every kind of failure, one row each. */
export const kinds = {
  'bad-argument': {
    ...refusal,
    code: 'BAD_USER_INPUT',
    message: 'DingTalk refuses the arguments: correct them.',
    // It can concern this request only, or an operator who has left the organization.
    cacheable: false,
  },
  forbidden: {
    ...refusal,
    code: 'FORBIDDEN',
    message:
      'The operator has no permission to read this: ask as an operator who has it, or have it granted.',
  },
  'cross-organization': {
    ...refusal,
    code: 'CROSS_ORGANIZATION_FORBIDDEN',
    message: 'This belongs to another organization: ask as an operator of that organization.',
  },
  'not-found': {
    ...refusal,
    code: 'NOT_FOUND',
    message: 'Not found in DingTalk: check the id, case included.',
  },
  unsupported: {
    ...refusal,
    code: 'DENTRY_NOT_SUPPORTED',
    message: 'DingTalk does not offer this for such a file.',
  },
  blocked: {
    ...refusal,
    code: 'DENTRY_BLOCKED',
    message: 'DingTalk has blocked this file: it holds a virus or malicious content.',
  },
  archived: {
    ...refusal,
    code: 'DENTRY_ARCHIVED',
    message: 'The file is being restored from the archive: wait retryAfterMs and try again.',
    retryable: true,
    endsEntry: false,
    cacheable: false,
  },
  unavailable: {
    ...passing,
    code: 'UPSTREAM_UNAVAILABLE',
    message: 'DingTalk is not available right now: try again later.',
  },
  timeout: {
    ...passing,
    code: 'UPSTREAM_TIMEOUT',
    message: 'DingTalk did not answer in time: try again.',
  },
  'rate-limited': {
    ...passing,
    code: 'RATE_LIMITED',
    message: tooManyCalls,
  },
  'ip-banned': {
    ...passing,
    code: 'RATE_LIMITED',
    message: tooManyCalls,
    logLevel: 'error',
  },
  'malformed-response': {
    ...passing,
    code: 'UPSTREAM_MALFORMED_RESPONSE',
    message: 'DingTalk sent a malformed answer: try again later.',
  },
  'quota-exhausted': {
    ...operators,
    code: 'QUOTA_EXHAUSTED',
    message:
      "The organization's monthly DingTalk calls are spent: wait for the next month or enlarge the quota.",
  },
  'stale-token': { ...operators, code: 'GATEWAY_MISCONFIGURED', message: applicationRefused },
  misconfigured: { ...operators, code: 'GATEWAY_MISCONFIGURED', message: applicationRefused },
} satisfies Readonly<Record<string, Kind>>;

export type DingTalkErrorKind = keyof typeof kinds;
