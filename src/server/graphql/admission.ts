import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../../async/clock.ts';
import type { LimitsConfig } from '../../config/config.ts';
import { overloaded } from '../refusal.ts';

type AdmissionLimits = Pick<LimitsConfig, 'bodyBytes' | 'concurrentRequests'>;

/** Of all operations in progress. A parsed body takes twenty times its length in memory. */
const maxBodyBytes = 8 * 1024 * 1024;
/** Of all large answers that clients have not read. */
const maxUnsentBytes = 32 * 1024 * 1024;
/** Once too much is unread, an answer that has been unread for so long costs the client its connection. */
const patienceMs = 1000;
/** Smaller answers are bounded by the number of operations. */
const largeAnswerBytes = 16 * 1024;

/** Bounds the operations of this process: their number, the bytes of their bodies, and of answers not yet read. */
export interface Admission {
  /** Runs `answer` and returns its result, or answers `GATEWAY_OVERLOADED` when a bound is reached. */
  admit<T>(request: FastifyRequest, reply: FastifyReply, answer: () => Promise<T>): Promise<T | FastifyReply>;
  /** True while too many bytes of answers are unread, after closing the connections of the slowest readers. */
  isBackedUp(): boolean;
  /** Counts a large answer until it is sent or its connection closes. */
  countUnsent(reply: FastifyReply, bytes: number): void;
}

export function createAdmission(limits: AdmissionLimits, clock: Pick<Clock, 'nowMs'>): Admission {
  let underWay = 0;
  let bodyBytes = 0;
  let unsentBytes = 0;
  /** The oldest first. */
  const unsent = new Set<UnsentAnswer>();

  function release(answer: UnsentAnswer): void {
    if (unsent.delete(answer)) unsentBytes -= answer.bytes;
  }

  function closeSlowReaders(): void {
    for (const answer of unsent) {
      if (unsentBytes <= maxUnsentBytes || clock.nowMs() - answer.sinceMs < patienceMs) return;
      answer.socket.destroy();
      // All of the connection's answers: their own `close` comes later, and until then others would lose theirs.
      for (const lost of unsent) if (lost.socket === answer.socket) release(lost);
    }
  }

  return {
    async admit(request, reply, answer) {
      const bytes = request.bodyBytes;
      const limit = limits.concurrentRequests;
      if (underWay >= limit)
        return overloaded(reply, { limit, asked: underWay + 1, variable: 'MAX_CONCURRENT_REQUESTS' });
      if (bodyBytes + bytes > Math.max(maxBodyBytes, 4 * limits.bodyBytes)) return overloaded(reply);
      bodyBytes += bytes;
      underWay += 1;
      try {
        return await answer();
      } finally {
        underWay -= 1;
        bodyBytes -= bytes;
      }
    },
    isBackedUp() {
      closeSlowReaders();
      return unsentBytes > maxUnsentBytes;
    },
    countUnsent(reply, bytes) {
      const { socket } = reply.request.raw;
      // Where the client has left, `close` has been emitted already.
      if (bytes < largeAnswerBytes || socket.destroyed) return;
      const answer = { bytes, sinceMs: clock.nowMs(), socket };
      unsent.add(answer);
      unsentBytes += bytes;
      reply.raw.once('close', () => release(answer));
    },
  };
}

interface UnsentAnswer {
  readonly bytes: number;
  readonly sinceMs: number;
  readonly socket: Socket;
}
