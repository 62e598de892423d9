import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Answer } from './answer.ts';
import type { SandboxCall } from './sandbox-call.ts';

/** One call and the response that answers it. */
export interface Exchange {
  readonly call: SandboxCall;
  readonly response: ServerResponse;
  /** True if the stand-in itself cut the connection: the call does not count as aborted by the client. */
  cutByUs: boolean;
}

/** Writes the head of an answer and records it in the call. Does not flush the socket. */
export function writeHead(
  { call, response }: Exchange,
  { status, requestId }: Pick<Answer, 'status' | 'requestId'>,
  headers: OutgoingHttpHeaders,
): void {
  call.status = status;
  if (requestId !== undefined) call.requestId = requestId;
  response.writeHead(status, headers);
}

/** Writes a whole answer. */
export function sendAnswer(exchange: Exchange, answer: Answer): void {
  const headers = { 'content-length': Buffer.byteLength(answer.body), ...answer.headers };
  writeHead(exchange, answer, headers);
  exchange.response.end(answer.body);
}
