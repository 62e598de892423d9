import type { DingTalkError } from './dingtalk-error.ts';
import type { PublicCode } from './codes.ts';

/** What a client is told of a failed lookup; `extensions` is complete but for what GraphQL adds. */
export interface PublicFailure {
  readonly message: string;
  readonly extensions: {
    readonly code: PublicCode;
    readonly retryable: boolean;
    readonly retryAfterMs?: number;
    readonly argument?: string;
    readonly dingtalk?: {
      readonly code?: string;
      readonly status?: number;
      readonly requestId?: string;
      readonly requiredScopes?: readonly string[];
    };
  };
}

/** Turns DingTalk's failure into the gateway's own words: the one mapping, complete over all kinds. */
export function toPublicFailure(error: DingTalkError): PublicFailure {
  const { code, retryable, message, argument } = describe(error);
  const { retryAfterMs } = error.details;
  const dingtalk = whatDingTalkSaid(error);
  return {
    message,
    extensions: {
      code,
      retryable,
      ...(argument !== undefined && { argument }),
      ...(retryable && retryAfterMs !== undefined && { retryAfterMs }),
      ...(dingtalk && { dingtalk }),
    },
  };
}

interface Description {
  readonly code: PublicCode;
  readonly retryable: boolean;
  readonly message: string;
  readonly argument?: string;
}

function describe({ kind }: DingTalkError): Description {
  switch (kind) {
    case 'bad-argument':
      return no('BAD_USER_INPUT', 'DingTalk refuses the arguments: check them and ask again.');
    case 'bad-conversation-id':
      return {
        ...no(
          'BAD_USER_INPUT',
          'DingTalk refuses this openConversationId: copy it unchanged, case and padding included.',
        ),
        argument: 'openConversationId',
      };
    case 'forbidden':
      return no(
        'FORBIDDEN',
        "The operator may not read this group's space: ask as a member of the group, or have the permission granted.",
      );
    case 'cross-organization':
      return no(
        'CROSS_ORGANIZATION_FORBIDDEN',
        'The group belongs to another organization: ask as an operator of that organization.',
      );
    case 'conversation-not-found':
      return no(
        'CONVERSATION_NOT_FOUND',
        'There is no such group: check the openConversationId, case included.',
      );
    case 'space-not-found':
      return no('SPACE_NOT_FOUND', 'There is no such storage space: check the spaceId, case included.');
    case 'not-found':
      return no('NOT_FOUND', 'DingTalk knows no such thing: check the id, case included.');
    case 'unavailable':
      return yes('UPSTREAM_UNAVAILABLE', 'DingTalk is not available right now: try again later.');
    case 'timeout':
      return yes('UPSTREAM_TIMEOUT', 'DingTalk did not answer in time: try again.');
    case 'rate-limited':
    case 'ip-banned':
      return yes('RATE_LIMITED', 'Too many calls to DingTalk right now: wait retryAfterMs and try again.');
    case 'quota-exhausted':
      return no(
        'QUOTA_EXHAUSTED',
        "The organization's monthly DingTalk calls are spent: wait for the next month or enlarge the quota.",
      );
    case 'stale-token':
    case 'misconfigured':
      return no(
        'GATEWAY_MISCONFIGURED',
        "DingTalk refuses this gateway's application: its operator must check credentials, permissions and IP white list.",
      );
    case 'malformed-response':
      return yes(
        'UPSTREAM_MALFORMED_RESPONSE',
        'DingTalk gave an answer that cannot be understood: try again later.',
      );
    default:
      return unreachable(kind);
  }
}

const no = (code: PublicCode, message: string): Description => ({ code, retryable: false, message });
const yes = (code: PublicCode, message: string): Description => ({ code, retryable: true, message });

function whatDingTalkSaid({ details }: DingTalkError): PublicFailure['extensions']['dingtalk'] {
  const { code, status, requestId, requiredScopes } = details;
  if (code === undefined && status === undefined) return undefined;
  return {
    ...(code !== undefined && { code }),
    ...(status !== undefined && { status }),
    ...(requestId !== undefined && { requestId }),
    ...(requiredScopes !== undefined && { requiredScopes }),
  };
}

function unreachable(kind: never): never {
  throw new Error(`A kind of DingTalk error without a public description: ${String(kind)}`);
}
