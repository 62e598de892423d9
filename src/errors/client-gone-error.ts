import { GraphQLError } from 'graphql';

/** The reason of an aborted lookup whose client closed the connection. */
export class ClientGoneError extends Error {
  override readonly name = 'ClientGoneError';

  constructor() {
    super('The client closed the connection before the answer was ready');
  }
}

/** Whether an error, or what a field's error stands for, is that the client has left: nobody is answered by it. */
export const isClientGone = (error: unknown): boolean =>
  (error instanceof GraphQLError ? error.originalError : error) instanceof ClientGoneError;
