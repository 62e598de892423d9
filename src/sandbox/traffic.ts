import type { ServerResponse } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Answer } from './answer.ts';
import type { CallLog } from './call-log.ts';
import { sendAnswer, type Exchange } from './exchange.ts';
import type { FaultQueue } from './fault-queue.ts';
import { playFault } from './play-fault.ts';
import type { CallReader } from './read-call.ts';
import type { SandboxCall } from './sandbox-call.ts';
import type { Timers } from './timers.ts';

/** What every call passes through. */
export interface TrafficDeps {
  readonly readCall: CallReader;
  readonly log: CallLog;
  readonly faults: FaultQueue;
  readonly timers: Timers;
}

/** The calls in flight of one stand-in. */
export interface Traffic {
  serve(
    api: string,
    request: FastifyRequest,
    reply: FastifyReply,
    honest: (call: SandboxCall) => Answer,
  ): void;
  /** Sets the wait before each answer, of one API or of all. */
  setLatency(ms: number, api?: string): void;
  /** Call it before cutting every connection: calls cut from then on do not count as aborted. */
  stop(): void;
  readonly inFlight: number;
  readonly aborted: number;
}

/**
 * Logs each call, takes its fault or computes its honest answer, waits the latency, then writes to the socket.
 *
 * Honest answers are computed in order of arrival, so latency never changes what is answered.
 */
export function createTraffic({ readCall, log, faults, timers }: TrafficDeps): Traffic {
  const underWay = new Set<Exchange>();
  const latencyMs = new Map<string, number>();
  let defaultLatencyMs = 0;
  let aborted = 0;

  function open(call: SandboxCall, response: ServerResponse): Exchange {
    const exchange: Exchange = { call, response, cutByUs: false };
    underWay.add(exchange);
    response.once('close', () => {
      underWay.delete(exchange);
      if (!response.writableFinished && !exchange.cutByUs) aborted += 1;
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
      // Faults are played on the raw socket: fastify's reply could not send them.
      reply.hijack();
      const call = readCall(api, request);
      const exchange = open(call, reply.raw);
      const finish = answering(exchange, honest);
      log.add(call);
      const waitMs = latencyMs.get(api) ?? defaultLatencyMs;
      if (waitMs > 0) reply.raw.once('close', timers.after(waitMs, finish));
      else finish();
    },
    setLatency(ms, api) {
      if (api !== undefined) {
        latencyMs.set(api, ms);
        return;
      }
      latencyMs.clear();
      defaultLatencyMs = ms;
    },
    stop() {
      for (const exchange of underWay) exchange.cutByUs = true;
    },
    get inFlight() {
      return underWay.size;
    },
    get aborted() {
      return aborted;
    },
  };
}
