import type { FastifyReply } from 'fastify';
import type { AnswerFreshness } from '../../graph/loading/answer-freshness.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by `/graphql` where caches in front may keep the answer. */
    freshness?: AnswerFreshness;
  }
}

/** Two requests that differ in one of them may have different answers. */
const readHeaders = ['x-router-secret', 'x-dingtalk-union-id', 'x-dingtalk-corp-id', 'accept'];

/** `max-age=0` as well: Hive Gateway's cache does not look at `no-store`. */
const notReusable = 'private, no-store, max-age=0';

/**
 * Lets caches in front that have the person in their key reuse the answer as long as everything in it is fresh, for
 * `atMostMs` in all.
 */
export function allowReuse(reply: FastifyReply, nowMs: number, atMostMs: number): void {
  const { freshness } = reply.request;
  const reusableUntilMs = freshness?.reusableUntilMs ?? -Infinity;
  const leftSeconds = Math.floor(Math.min(reusableUntilMs - nowMs, atMostMs) / 1000);
  if (leftSeconds < 1) {
    reply.header('cache-control', notReusable);
    return;
  }
  const varied = [reply.getHeader('vary'), ...readHeaders].filter((name) => name !== undefined);
  reply
    .header('cache-control', `private, max-age=${leftSeconds}`)
    // What is past is subtracted already: some routers do not read `age`, and the others subtract it.
    .header('age', '0')
    .header('vary', varied.join(', '));
}
