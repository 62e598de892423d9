/** A request that cannot be read. Its message is written for the client. */
export class RefusedRequestError extends Error {
  override readonly name = 'RefusedRequestError';

  constructor(
    readonly statusCode: number,
    message: string,
  ) {
    super(message);
  }
}

/** The body of an answer that GraphQL has no part in, in GraphQL's form all the same: clients parse one shape only. */
export const refusal = (code: string, message: string): object => ({
  errors: [{ message, extensions: { code, retryable: false } }],
});
