import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Logger } from 'pino';
import type { ExceededLimit } from '../errors/public-error.ts';
import type { LineLimit } from '../observability/line-limit.ts';
import type { Pipelining } from './pipelining.ts';
import { refusal } from './refusal.ts';

/**
 * Answers requests that are not HTTP, too long or too slow, and closes the connection.
 *
 * Logs only the code: the error contains the received bytes, credentials included.
 */
export function createClientErrorHandler(
  log: Logger,
  lineLimit: LineLimit,
  pipelining: Pick<Pipelining, 'endAfterAnswers'>,
  errorsAnswered: (code: unknown) => void,
  maxHeaderBytes: number,
): (error: ClientError, socket: Socket) => void {
  return (error, socket) => {
    if (error.code === 'ECONNRESET' || socket.destroyed) return;
    const { status, message, exceeded } = describe(error, maxHeaderBytes);
    logRefusedConnection(log, lineLimit, error.code ?? message, status);
    // After the answers to earlier requests of the connection.
    pipelining.endAfterAnswers(socket, () => {
      if (socket.writable && !isAnswering(socket)) {
        errorsAnswered('BAD_REQUEST');
        socket.write(answer(status, message, exceeded));
      }
      socket.destroySoon();
    });
  };
}

/** `reason` is of the gateway's or Node's own words. Without a `status` there was no answer. */
export function logRefusedConnection(log: Logger, limit: LineLimit, reason: string, status?: number): void {
  limit.write(reason, () => log.info({ status, reason }, 'connection refused'));
}

interface Refusal {
  readonly status: number;
  readonly message: string;
  readonly exceeded?: ExceededLimit;
}

function describe({ code, rawPacket }: ClientError, maxHeaderBytes: number): Refusal {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return { status: 408, message: 'The request took too long to arrive: send it faster.' };
    case 'HPE_HEADER_OVERFLOW': {
      const exceeded = { limit: maxHeaderBytes, asked: maxHeaderBytes + 1, variable: 'MAX_HEADER_BYTES' };
      if (Buffer.isBuffer(rawPacket) && startsWithLongUrl(rawPacket, maxHeaderBytes)) {
        return { status: 414, message: 'The URL is too long: send the query by POST.', exceeded };
      }
      return {
        status: 431,
        message: 'The headers are too long: shorten them, and send long queries by POST.',
        exceeded,
      };
    }
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return { status: 413, message: 'The chunk extensions are too long: send none.' };
    default:
      return { status: 400, message: 'The request is not valid HTTP.' };
  }
}

/** Node hands the last bytes that it read to this event. */
type ClientError = NodeJS.ErrnoException & { readonly rawPacket?: unknown };

/** False where these bytes begin in the middle of a request. */
const startsWithLongUrl = (bytes: Buffer, maxBytes: number): boolean =>
  /^[A-Z]+ \S/.test(bytes.toString('latin1', 0, longestMethod + 2)) &&
  !bytes.subarray(0, maxBytes).includes('\n');

const longestMethod = 20;

/** Once the head of an answer is sent, this one would become part of its body. */
function isAnswering({ _httpMessage: current }: AnsweringSocket): boolean {
  return current?.headersSent === true;
}

/** Node documents this field at the event `clientError` for this purpose, but its types lack it. */
type AnsweringSocket = Socket & { readonly _httpMessage?: { readonly headersSent: boolean } | null };

function answer(status: number, message: string, exceeded: ExceededLimit | undefined): string {
  const body = JSON.stringify(refusal('BAD_REQUEST', message, exceeded));
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
