import type { Answer } from './answer.ts';
import { pieceOf } from './answer-body.ts';
import { writeHead, type Exchange } from './exchange.ts';
import type { Timers } from './timers.ts';

/** Sends the head of an answer and half its body, then calls `sent`. */
export function sendHalf(exchange: Exchange, answer: Answer, sent: () => void): void {
  const body = writeWholeHead(exchange, answer);
  exchange.response.write(body.subarray(0, Math.max(1, body.length >> 1)), sent);
}

/** Sends an answer one byte at a time. */
export function sendTrickle(exchange: Exchange, answer: Answer, everyMs: number, timers: Timers): void {
  const { response } = exchange;
  const body = writeWholeHead(exchange, answer);
  response.flushHeaders();
  let sent = 0;
  const cancel = timers.every(everyMs, () => {
    response.write(body.subarray(sent, sent + 1));
    sent += 1;
    if (sent >= body.length) response.end();
  });
  response.once('close', cancel);
  response.once('finish', cancel);
}

function writeWholeHead(exchange: Exchange, answer: Answer): Buffer {
  const body = pieceOf(answer.body);
  writeHead(exchange, answer, { ...answer.headers, 'content-length': body.length });
  return body;
}
