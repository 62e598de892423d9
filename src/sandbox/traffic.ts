import type { ServerResponse } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Answer } from './answer.ts';
import type { CallLog } from './call-log.ts';
import { sendAnswer } from './exchange.ts';
import type { Exchange } from './exchange.ts';
import type { FaultQueue } from './fault-queue.ts';
import { playFault } from './play-fault.ts';
import type { CallReader } from './read-call.ts';
import type { SandboxApi, SandboxCall } from './sandbox-call.ts';
import type { Timers } from './timers.ts';

/** What every call passes through. */
export interface TrafficDeps {
  readonly readCall: CallReader;
  readonly log: CallLog;
  readonly faults: FaultQueue;
  readonly latencyMs: ReadonlyMap<SandboxApi, number>;
  readonly timers: Timers;
}

/** All calls of one stand-in, on their way. */
export interface Traffic {
  serve(
    api: SandboxApi,
    request: FastifyRequest,
    reply: FastifyReply,
    honest: (call: SandboxCall) => Answer,
  ): void;
  /** Says that the stand-in is about to cut every connection. */
  stop(): void;
  readonly inFlight: number;
  readonly aborted: number;
}

/**
 * Logs each call, takes its fault or works out its honest answer, waits the latency, then writes to the socket.
 *
 * Honest answers are worked out on arrival, in the order of arrival, so that latency never changes what is answered.
 */
export function createTraffic({ readCall, log, faults, latencyMs, timers }: TrafficDeps): Traffic {
  const underWay = new Set<Exchange>();
  let aborted = 0;

  function open(call: SandboxCall, response: ServerResponse): Exchange {
    const exchange: Exchange = { call, response, cutByUs: false };
    underWay.add(exchange);
    response.once('close', () => {
      underWay.delete(exchange);
      if (!response.writableFinished && !exchange.cutByUs) {
        aborted += 1;
      }
    });
    return exchange;
  }

  function answering(exchange: Exchange, honest: (call: SandboxCall) => Answer): () => void {
    const fault = faults.take(exchange.call.api);
    if (fault !== undefined) {
      return () => {
        playFault(fault, exchange, () => honest(exchange.call), timers);
      };
    }
    const answer = honest(exchange.call);
    return () => {
      sendAnswer(exchange, answer);
    };
  }

  return {
    serve(api, request, reply, honest) {
      // From here on the socket is ours: no fault could be played through fastify's own reply.
      reply.hijack();
      const call = readCall(api, request);
      const exchange = open(call, reply.raw);
      const finish = answering(exchange, honest);
      log.add(call);
      const waitMs = latencyMs.get(api) ?? 0;
      if (waitMs > 0) {
        reply.raw.once('close', timers.after(waitMs, finish));
      } else {
        finish();
      }
    },
    stop() {
      for (const exchange of underWay) {
        exchange.cutByUs = true;
      }
    },
    get inFlight() {
      return underWay.size;
    },
    get aborted() {
      return aborted;
    },
  };
}
