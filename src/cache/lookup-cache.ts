import type { Clock } from '../async/clock.ts';
import { startDeadline, type Waiting } from '../async/deadline.ts';
import { DingTalkError } from '../errors/dingtalk-error.ts';
import type { DingTalk } from '../dingtalk/dingtalk.ts';
import type { Endpoint, UncacheableEndpoint } from '../domain/endpoint.ts';
import type { Observer } from '../domain/observer.ts';
import type { SealedRedis } from '../redis/sealed-redis.ts';
import type { Viewer } from '../domain/viewer.ts';
import { servable, type Lifetimes, type ServableEntry } from './entry.ts';
import type { LookupKeyOf } from './lookup-key.ts';
import { startLookupReport, type EndedLookup, type LookupReport } from './lookup-report.ts';
import { createMemory, isOverdue, type MemoryLimits } from './memory.ts';
import { createReadThrough, type Lookup } from './read-through.ts';
import { createRedisStore } from './redis-store.ts';
import { createRevalidation } from './revalidation.ts';
import { createSingleFlight, newFlight, type Run } from './single-flight.ts';

/** Answers of DingTalk for viewers: from memory, Redis, a call under way, or a call. */
export interface LookupCache {
  /**
   * What `endpoint` answers to `input` for `viewer`. `onEnded` is called with how the lookup went.
   *
   * @throws {DingTalkError} for every failure of DingTalk or on the way to it.
   * @throws the reason of `waiting`, if it is aborted first.
   */
  find<Input, Answer>(
    endpoint: Endpoint<Input, Answer>,
    input: Input,
    viewer: Viewer,
    waiting: Waiting,
    onEnded?: (lookup: EndedLookup) => void,
  ): Promise<Answer>;
  /** The entries of this process. */
  readonly cached: { readonly entries: number; readonly bytes: number };
  /** Ends the revalidations under way. */
  close(): Promise<void>;
}

interface LookupCacheOptions {
  readonly dingtalk: DingTalk;
  readonly clock: Clock;
  readonly timeoutMs: number;
  /** With a `ttlMs` of 0 nothing is cached. */
  readonly cache: Lifetimes & MemoryLimits;
  readonly keyOf: LookupKeyOf;
  /** Undefined: entries live in this process only. */
  readonly sealedRedis: SealedRedis | undefined;
  readonly observer: Observer;
  readonly onRevalidationFailed: (error: unknown) => void;
}

export function createLookupCache(options: LookupCacheOptions): LookupCache {
  const { dingtalk, clock, timeoutMs, cache, keyOf, sealedRedis, observer, onRevalidationFailed } = options;
  const memory = cache.ttlMs > 0 ? createMemory(cache) : undefined;
  const redis = memory && sealedRedis && createRedisStore(sealedRedis, clock);
  const readThrough = createReadThrough({ dingtalk, clock, timeoutMs, lifetimes: cache, memory, redis });
  const flights = createSingleFlight<ServableEntry>(clock, timeoutMs);
  const revalidation = createRevalidation({ clock, memory, onFailed: onRevalidationFailed });
  redis?.onInvalidated((key) => {
    const flight = flights.at(key);
    if (flight) flight.isInvalidated = true;
    memory?.delete(key);
  });

  const runOf =
    <Input, Answer>(lookup: Lookup<Input, Answer>, isStaleAllowed: boolean): Run<ServableEntry> =>
    (flight, deadline) =>
      readThrough(lookup, flight, deadline, isStaleAllowed);

  async function findCached<Input, Answer>(
    lookup: Lookup<Input, Answer>,
    waiting: Waiting,
    report: LookupReport,
  ): Promise<Answer> {
    const { key } = lookup;
    const nowMs = clock.nowMs();
    const known = memory?.get(key);
    const isStaleAllowed = known === undefined || !isOverdue(known, nowMs);
    const inMemory = known && isStaleAllowed ? servable(known, nowMs, cache) : undefined;
    const { entry, isStale } =
      inMemory ?? (await flights.join(key, waiting, runOf(lookup, isStaleAllowed), report.onJoined));
    if (isStale) {
      const run = runOf(lookup, false);
      revalidation.start(key, (signal) => flights.join(key, { signal, remainingMs: () => timeoutMs }, run));
    }
    report.found(clock.nowMs() - entry.askedAtMs, isStale);
    if ('refusal' in entry.content) {
      const { kind, details } = entry.content.refusal;
      throw new DingTalkError(kind, details);
    }
    // The key names the API, so that its own codec has read the answer.
    return entry.content.answer as Answer;
  }

  async function call<Input, Answer>(
    endpoint: UncacheableEndpoint<Input, Answer>,
    input: Input,
    viewer: Viewer,
    { signal, remainingMs }: Waiting,
    { onJoined }: LookupReport,
  ): Promise<Answer> {
    using deadline = startDeadline(clock, Math.min(timeoutMs, remainingMs()), signal);
    const flight = newFlight();
    onJoined(flight, true);
    const onAttempt = (): void => void (flight.attempts += 1);
    return await dingtalk.call(endpoint, input, viewer, { deadline, onAttempt });
  }

  return {
    async find(endpoint, input, viewer, waiting, onEnded) {
      const report = startLookupReport({ api: endpoint.name, clock, observer, onEnded });
      let failure: unknown;
      try {
        if (endpoint.freshMs === 'never') return await call(endpoint, input, viewer, waiting, report);
        const key = keyOf(endpoint.name, input, viewer);
        return await findCached({ key, endpoint, input, viewer }, waiting, report);
      } catch (error) {
        failure = error;
        throw error;
      } finally {
        report.end(failure);
      }
    },
    get cached() {
      return { entries: memory?.size ?? 0, bytes: memory?.calculatedSize ?? 0 };
    },
    close: () => revalidation.close(),
  };
}
