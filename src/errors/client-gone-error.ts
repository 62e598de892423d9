/** The reason of an aborted lookup whose client closed the connection. */
export class ClientGoneError extends Error {
  override readonly name = 'ClientGoneError';

  constructor() {
    super('The client closed the connection before the answer was ready');
  }
}
