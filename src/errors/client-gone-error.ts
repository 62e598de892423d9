/** Why a lookup is given up: the client has closed its connection. */
export class ClientGoneError extends Error {
  override readonly name = 'ClientGoneError';

  constructor() {
    super('The client closed the connection before the answer was ready');
  }
}
