import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Logger } from 'pino';
import type { Pipelining } from './pipelining.ts';
import { refusal } from './refusal.ts';

/**
 * Answers what is not HTTP, too long, or too slow, and closes the connection.
 *
 * Logs the code alone: the error holds the bytes that came, credentials included.
 */
export function createClientErrorHandler(
  log: Logger,
  pipelining: Pick<Pipelining, 'endAfterAnswers'>,
): (error: NodeJS.ErrnoException, socket: Socket) => void {
  return (error, socket) => {
    if (error.code === 'ECONNRESET' || socket.destroyed) return;
    const { status, message } = describe(error.code);
    log.debug({ code: error.code, status }, 'connection refused');
    // Not in front of the answers to what came before it.
    pipelining.endAfterAnswers(socket, () => {
      if (socket.writable && !isAnswering(socket)) socket.write(answer(status, message));
      socket.destroySoon();
    });
  };
}

function describe(code: string | undefined): { status: number; message: string } {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return { status: 408, message: 'The request took too long to arrive: send it faster.' };
    case 'HPE_HEADER_OVERFLOW':
      return { status: 431, message: 'The headers are too long: send less, and long queries by POST.' };
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return { status: 413, message: 'The chunk extensions are too long: send none.' };
    default:
      return { status: 400, message: 'The request is not valid HTTP.' };
  }
}

/** An answer whose head is out already would swallow this one as its body. */
function isAnswering({ _httpMessage: current }: AnsweringSocket): boolean {
  return current?.headersSent === true;
}

/** What Node's documentation of `clientError` names for this very question, and its types leave out. */
type AnsweringSocket = Socket & { readonly _httpMessage?: { readonly headersSent: boolean } | null };

function answer(status: number, message: string): string {
  const body = JSON.stringify(refusal('BAD_REQUEST', message));
  return [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'content-type: application/json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    'cache-control: private, no-store',
    'x-content-type-options: nosniff',
    'connection: close',
    '',
    body,
  ].join('\r\n');
}
