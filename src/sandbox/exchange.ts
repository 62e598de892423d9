import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Answer } from './answer.ts';
import type { SandboxCall } from './sandbox-call.ts';

/** One call on its way to an answer. */
export interface Exchange {
  readonly call: SandboxCall;
  readonly response: ServerResponse;
  /** True where the stand-in itself cuts the connection, so that the client is not blamed for leaving. */
  cutByUs: boolean;
}

/** Writes the head of an answer and notes it at the call; the socket is not flushed. */
export function writeHead(
  { call, response }: Exchange,
  { status, requestId }: Pick<Answer, 'status' | 'requestId'>,
  headers: OutgoingHttpHeaders,
): void {
  call.status = status;
  if (requestId !== undefined) {
    call.requestId = requestId;
  }
  response.writeHead(status, headers);
}

/** Writes a whole answer. */
export function sendAnswer(exchange: Exchange, answer: Answer): void {
  const headers = { 'content-length': Buffer.byteLength(answer.body), ...answer.headers };
  writeHead(exchange, answer, headers);
  exchange.response.end(answer.body);
}
