import type { Clock } from '../async/clock.ts';
import type { Deadline } from '../async/deadline.ts';
import type { DingTalk } from '../dingtalk/dingtalk.ts';
import type { CacheableEndpoint } from '../domain/endpoint.ts';
import type { Viewer } from '../domain/viewer.ts';
import { decodeEntry, encodeEntry } from './entry-codec.ts';
import { isRefusal, servable, type Entry, type Lifetimes, type ServableEntry } from './entry.ts';
import { clearServedStale, type Memory } from './memory.ts';
import type { RedisRead, RedisStore } from './redis-store.ts';
import type { Flight } from './single-flight.ts';

export interface Lookup<Input, Answer> {
  readonly key: string;
  readonly endpoint: CacheableEndpoint<Input, Answer>;
  readonly input: Input;
  readonly viewer: Viewer;
}

/** The run of one flight: memory, then Redis, then DingTalk. */
export type ReadThrough = <Input, Answer>(
  lookup: Lookup<Input, Answer>,
  flight: Flight,
  deadline: Deadline,
  /** False for a revalidation, and where a stale entry is overdue. */
  isStaleAllowed: boolean,
) => Promise<ServableEntry>;

interface ReadThroughOptions {
  readonly dingtalk: DingTalk;
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly lifetimes: Lifetimes;
  /** Undefined where nothing is cached. */
  readonly memory: Memory | undefined;
  readonly redis: RedisStore | undefined;
}

/** @throws {DingTalkError} for every failure that is no refusal. */
export function createReadThrough(options: ReadThroughOptions): ReadThrough {
  const { dingtalk, clock, timeoutMs, lifetimes, memory, redis } = options;
  const keepMs = lifetimes.ttlMs + lifetimes.staleMs;
  // A call that began before a refusal may last so long: it must not put back what the refusal ended.
  const tombstoneMs = Math.max(lifetimes.negativeTtlMs, timeoutMs);

  function usable(entry: Entry | undefined, isStaleAllowed: boolean): ServableEntry | undefined {
    const found = entry && servable(entry, clock.nowMs(), lifetimes);
    return found?.isStale === true && !isStaleAllowed ? undefined : found;
  }

  async function callDingTalk<Input, Answer>(
    { key, endpoint, input, viewer }: Lookup<Input, Answer>,
    flight: Flight,
    deadline: Deadline,
  ): Promise<Entry> {
    // The start of the last attempt: the answer may not know of anything that changes afterwards.
    let askedAtMs = clock.nowMs();
    const onAttempt = (): void => {
      flight.attempts += 1;
      askedAtMs = clock.nowMs();
      if (memory) clearServedStale(memory, key);
    };
    try {
      const answer = await dingtalk.call(endpoint, input, viewer, { deadline, onAttempt });
      return { content: { answer }, askedAtMs };
    } catch (error) {
      if (!isRefusal(error)) throw error;
      const { kind, details } = error;
      return { content: { refusal: { kind, details } }, askedAtMs };
    }
  }

  async function store<Input, Answer>(
    { key, endpoint }: Lookup<Input, Answer>,
    entry: Entry,
    isOutdated: boolean,
    read: RedisRead | undefined,
  ): Promise<void> {
    const isRefused = 'refusal' in entry.content;
    if (isRefused || !isOutdated) memory?.set(key, entry);
    if (!redis) return;
    // Awaited: once a caller sees the refusal, every replica does.
    if (isRefused) await redis.invalidate(key, encodeEntry(endpoint.answer, entry), read, tombstoneMs);
    else if (!isOutdated && read) void redis.write(key, encodeEntry(endpoint.answer, entry), read, keepMs);
  }

  return async (lookup, flight, deadline, isStaleAllowed) => {
    const { key, endpoint } = lookup;
    // Again: another flight may have landed since the caller looked.
    const known = memory?.get(key);
    const inMemory = usable(known, isStaleAllowed);
    if (inMemory) {
      flight.source = 'memory';
      return inMemory;
    }
    const read = redis && (await redis.read(key));
    // An entry older than ours was invalidated here, even if Redis missed it.
    const stored = read?.stored && read.stored.askedAtMs > (known?.askedAtMs ?? -Infinity) && read.stored;
    const inRedis = usable(stored ? decodeEntry(endpoint.answer, stored) : undefined, isStaleAllowed);
    if (inRedis) {
      if (!flight.isInvalidated) memory?.set(key, inRedis.entry);
      flight.source = 'redis';
      return inRedis;
    }
    const entry = await callDingTalk(lookup, flight, deadline);
    // After a flight was abandoned, a later one may have had another answer.
    const isOutdated = flight.isInvalidated || deadline.signal.aborted;
    if (memory) await store(lookup, entry, isOutdated, read);
    return { entry, isStale: false };
  };
}
