import type { GatewayCode } from '../../client/src/index.ts';

/** An error of the gateway: `code` is its `extensions.code`. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError';

  constructor(
    /** GraphQL itself, a router and a newer gateway have other codes. */
    readonly code: GatewayCode | (string & {}),
    message: string,
    /** True if a later attempt may succeed. */
    readonly retryable: boolean,
  ) {
    super(message);
  }
}
