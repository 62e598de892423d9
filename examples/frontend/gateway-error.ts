/** The gateway's codes that a lookup can end with. A client decides by them. */
export type GatewayCode =
  | 'BAD_USER_INPUT'
  | 'FORBIDDEN'
  | 'CROSS_ORGANIZATION_FORBIDDEN'
  | 'CONVERSATION_NOT_FOUND'
  | 'UPSTREAM_UNAVAILABLE'
  | 'UPSTREAM_TIMEOUT'
  | 'RATE_LIMITED'
  | 'QUOTA_EXHAUSTED'
  | 'GATEWAY_MISCONFIGURED'
  | 'UPSTREAM_MALFORMED_RESPONSE'
  | 'UNAUTHENTICATED'
  | 'INTERNAL_SERVER_ERROR'
  // GraphQL's own codes, and those of a newer gateway.
  | (string & {});

/** An error of the gateway: `code` is its `extensions.code`. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError';

  constructor(
    readonly code: GatewayCode,
    message: string,
    /** True if a later attempt may succeed. */
    readonly retryable: boolean,
  ) {
    super(message);
  }
}
