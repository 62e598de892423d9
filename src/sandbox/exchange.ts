import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { Readable, pipeline } from 'node:stream';
import type { Answer } from './answer.ts';
import { isStreamed } from './answer-body.ts';
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

/** Writes a whole answer; a streamed body as fast as the client reads it. */
export function sendAnswer(exchange: Exchange, answer: Answer): void {
  const { body } = answer;
  if (isStreamed(body)) {
    writeHead(exchange, answer, { 'content-length': String(body.bytes), ...answer.headers });
    pipeline(Readable.from(body.chunks()), exchange.response, ignoreHangUp);
    return;
  }
  writeHead(exchange, answer, { 'content-length': Buffer.byteLength(body), ...answer.headers });
  exchange.response.end(body);
}

/** For what is sent to a client that may hang up before the end. */
export function ignoreHangUp(): void {}
