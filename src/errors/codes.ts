/**
 * The closed set of `extensions.code` that the gateway itself uses, and when.
 * GraphQL's own parse, validation and CSRF errors keep Apollo Server's codes.
 */
export const publicCodes = {
  BAD_USER_INPUT: 'an argument is wrong',
  FORBIDDEN: 'the operator may not read what was asked for',
  CROSS_ORGANIZATION_FORBIDDEN: 'what was asked for belongs to another organization',
  CONVERSATION_NOT_FOUND: 'no such group',
  SPACE_NOT_FOUND: 'no such storage space',
  NOT_FOUND: 'DingTalk knows no such thing',
  UPSTREAM_UNAVAILABLE: 'DingTalk fails, is overloaded or cannot be reached',
  UPSTREAM_TIMEOUT: 'DingTalk did not answer within the deadline',
  RATE_LIMITED: 'too many calls: wait `retryAfterMs`',
  QUOTA_EXHAUSTED: "the organization's monthly calls are spent",
  GATEWAY_MISCONFIGURED: 'DingTalk refuses the gateway itself: its operator has to act',
  UPSTREAM_MALFORMED_RESPONSE: 'DingTalk answered with something else than it documents',
  UNAUTHENTICATED: 'no credentials, or wrong ones (HTTP 401)',
  LOOKUP_LIMIT_EXCEEDED: 'one request asks for more distinct lookups than are allowed (HTTP 400)',
  QUERY_TOO_COMPLEX: 'the operation is too long, too deep or too wide: split it (HTTP 400)',
  ERRORS_OMITTED: 'more fields failed than are listed: `omitted` says how many are null without an entry',
  GATEWAY_OVERLOADED: 'more operations are under way than are allowed: wait `retryAfterMs` (HTTP 503)',
  INTERNAL_SERVER_ERROR: 'unforeseen: masked, and logged with the request id',
} as const;

export type PublicCode = keyof typeof publicCodes;
