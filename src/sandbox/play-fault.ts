import {
  emptyAnswer,
  errcodeAnswer,
  errorAnswer,
  htmlAnswer,
  ipBanAnswer,
  uppercaseErrorAnswer,
  type Answer,
} from './answer.ts';
import { sendHalf, sendTrickle } from './broken-body.ts';
import { sendAnswer, type Exchange } from './exchange.ts';
import type { Fault } from './fault.ts';
import { sendGzipBomb, sendHuge } from './oversized-body.ts';
import type { Timers } from './timers.ts';

/** Fails a call as `fault` says; `honestAnswer` computes the answer that some faults break. */
export function playFault(
  fault: Fault,
  exchange: Exchange,
  honestAnswer: () => Answer,
  timers: Timers,
): void {
  switch (fault.kind) {
    case 'error':
      return sendAnswer(exchange, errorAnswer(fault.code, fault.message));
    case 'uppercase-error':
      return sendAnswer(exchange, uppercaseErrorAnswer(fault.code, fault.message));
    case 'answer':
      return sendAnswer(exchange, { status: fault.status, headers: fault.headers ?? {}, body: fault.body });
    case 'hang':
      return undefined;
    case 'hang-mid-body':
      return sendHalf(exchange, honestAnswer(), () => undefined);
    case 'trickle':
      return sendTrickle(exchange, honestAnswer(), fault.everyMs, timers);
    case 'reset':
      return reset(exchange);
    case 'reset-mid-body':
      return sendHalf(exchange, honestAnswer(), () => {
        reset(exchange);
      });
    case 'huge':
      return sendHuge(exchange, fault.bytes);
    case 'gzip-bomb':
      return sendGzipBomb(exchange, fault.bytes);
    case 'truncated':
      return sendHalf(exchange, honestAnswer(), () => {
        hangUp(exchange);
      });
    case 'empty':
      return sendAnswer(exchange, emptyAnswer(200));
    case 'redirect':
      return sendAnswer(exchange, {
        status: fault.status ?? 302,
        headers: { location: fault.location },
        body: '',
      });
    case 'html':
      return sendAnswer(exchange, htmlAnswer(fault.status));
    case 'ip-ban':
      return sendAnswer(exchange, ipBanAnswer(fault.status));
    case 'ok-with-errcode':
      return sendAnswer(exchange, errcodeAnswer());
    default: {
      const unreachable: never = fault;
      throw new Error(`unknown fault ${JSON.stringify(unreachable)}`);
    }
  }
}

function reset(exchange: Exchange): void {
  exchange.cutByUs = true;
  exchange.response.socket?.resetAndDestroy();
}

function hangUp(exchange: Exchange): void {
  exchange.cutByUs = true;
  exchange.response.socket?.destroySoon();
}
