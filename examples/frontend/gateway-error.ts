/** The codes that a client decides by: the ones of the gateway that a lookup can end with. */
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

/** What the gateway refused: `code` is the error's `extensions.code`. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError';

  constructor(
    readonly code: GatewayCode,
    message: string,
    /** True where asking again later may help. */
    readonly retryable: boolean,
  ) {
    super(message);
  }
}
