/** What the gateway refused: `code` is the error's `extensions.code`, one of the gateway's closed set. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}
