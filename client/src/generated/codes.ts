// Written by `npm run schema` from src/errors/codes.ts: change that, not this.
/**
 * The closed set of the gateway's `extensions.code`; each value says when the code occurs.
 * Parse, validation and CSRF errors keep Apollo Server's codes.
 */
export const publicCodes = {
  BAD_USER_INPUT: 'an argument is wrong',
  FORBIDDEN: 'the operator may not read it',
  CROSS_ORGANIZATION_FORBIDDEN: 'it belongs to another organization',
  CONVERSATION_NOT_FOUND: 'no such group',
  SPACE_NOT_FOUND: 'no such storage space',
  DENTRY_NOT_FOUND: 'no such file or folder',
  NOT_FOUND: 'not found in DingTalk',
  DENTRY_NOT_SUPPORTED: 'this file cannot be previewed or downloaded',
  DENTRY_BLOCKED: 'DingTalk has found a virus or malicious content in this file',
  DENTRY_ARCHIVED: 'the file is being restored from the archive',
  UPSTREAM_UNAVAILABLE: 'DingTalk fails, is overloaded or unreachable',
  UPSTREAM_TIMEOUT: 'DingTalk did not answer within the deadline',
  RATE_LIMITED: 'too many calls',
  QUOTA_EXHAUSTED: "the organization's monthly calls are spent",
  GATEWAY_MISCONFIGURED: 'DingTalk refuses the gateway itself',
  UPSTREAM_MALFORMED_RESPONSE: 'DingTalk gave an undocumented answer',
  UNAUTHENTICATED: 'no credentials, or wrong ones',
  LOOKUP_LIMIT_EXCEEDED: 'too many distinct lookups in one request',
  QUERY_TOO_COMPLEX: 'an operation too long, too deep or too wide',
  PERSISTED_DOCUMENT_NOT_FOUND: 'no persisted document has this id',
  PERSISTED_DOCUMENT_REQUIRED: 'other operations than the persisted ones are not executed',
  ERRORS_OMITTED: 'more fields failed than are listed',
  GATEWAY_OVERLOADED: 'too many concurrent operations',
  INTERNAL_SERVER_ERROR: 'unforeseen: masked, and logged',
} as const;

export type PublicCode = keyof typeof publicCodes;
