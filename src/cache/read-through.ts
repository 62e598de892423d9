import type { Clock } from '../async/clock.ts';
import type { Deadline } from '../async/deadline.ts';
import type { Reservation } from '../dingtalk/dingtalk.ts';
import type { Codec } from '../domain/codec.ts';
import type { Viewer } from '../domain/viewer.ts';
import type { Member } from './batch.ts';
import { encodeEntry } from './entry-codec.ts';
import type { FreshLookups } from './fresh-lookups.ts';
import { isRefusal, usable, type Entry, type ServableEntry } from './entry.ts';
import type { Invalidations } from './invalidations.ts';
import type { Lifetimes } from './lifetimes.ts';
import { clearServedStale, type Memory } from './memory.ts';
import type { RedisRead, RedisStore, SharedEntry } from './redis-store.ts';
import { createSharedRead, notRead } from './shared-read.ts';
import { watchOf, type Flight } from './single-flight.ts';

/** What is looked up under one key. */
export interface Lookup<Answer> {
  readonly key: string;
  readonly viewer: Viewer;
  readonly codec: Codec<Answer>;
  readonly lifetimes: Lifetimes;
  /** By which an entry does instead of a call: its lifetimes, or shorter ones for a fresh lookup. */
  readonly accepted: Lifetimes;
  /** The entries that an answer implies. */
  readonly implied?: ((answer: Answer) => readonly ImpliedEntry[]) | undefined;
}

export interface ImpliedEntry {
  readonly key: string;
  readonly answer: unknown;
}

/** The run of one flight: memory, then Redis, then DingTalk. */
export type ReadThrough = <Answer>(
  lookup: Lookup<Answer>,
  member: Member<Answer>,
  flight: Flight,
  deadline: Deadline,
  /** False for a revalidation, and where a stale entry is overdue. */
  isStaleAllowed: boolean,
) => Promise<ServableEntry>;

interface ReadThroughOptions {
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly invalidations: Invalidations;
  /** Undefined where nothing is cached. */
  readonly memory: Memory | undefined;
  readonly redis: RedisStore | undefined;
  readonly freshLookups: Pick<FreshLookups, 'noteFailed'>;
}

/** How long an answer stays for those who wait for it, even if it may be served to nobody else. */
const leastKeptMs = 2000;

/** @throws {DingTalkError} for every failure that is no refusal. */
export function createReadThrough(options: ReadThroughOptions): ReadThrough {
  const { clock, timeoutMs, invalidations, memory, redis, freshLookups } = options;
  const readShared = createSharedRead(clock);

  async function call<Answer>(
    key: string,
    { call: send }: Member<Answer>,
    flight: Flight,
    deadline: Deadline,
    reserved: Reservation | undefined,
  ): Promise<Entry<Answer>> {
    // The start of the last attempt: the answer may not know of anything that changes afterwards.
    let askedAtMs = clock.nowMs();
    const watch = watchOf(flight);
    const onAttempt = (): void => {
      watch.onAttempt?.();
      askedAtMs = clock.nowMs();
      if (memory) clearServedStale(memory, key);
    };
    try {
      const answer = await send({ ...watch, deadline, onAttempt, reserved });
      return { content: { answer }, askedAtMs };
    } catch (error) {
      if (!isRefusal(error)) throw error;
      const { kind, details } = error;
      return { content: { refusal: { kind, details } }, askedAtMs };
    }
  }

  /** Later knowledge of an entry stays: its own answer or refusal, or that another replica has refused it. */
  function storeImplied(entries: readonly ImpliedEntry[], askedAtMs: number): void {
    for (const { key, answer } of entries) {
      const known = memory?.peek(key);
      if (known && known.askedAtMs >= askedAtMs) continue;
      if (invalidations.isSince(key, askedAtMs)) continue;
      memory?.set(key, { content: { answer }, askedAtMs });
    }
  }

  async function store<Answer>(
    { key, codec, lifetimes, implied }: Lookup<Answer>,
    entry: Entry<Answer>,
    isOutdated: boolean,
    shared: SharedEntry | undefined,
    read: RedisRead | undefined,
  ): Promise<void> {
    const isRefused = 'refusal' in entry.content;
    if (isRefused || !isOutdated) memory?.set(key, entry);
    if (implied && 'answer' in entry.content && !isOutdated) {
      storeImplied(implied(entry.content.answer), entry.askedAtMs);
    }
    if (!shared) return;
    const { ttlMs, staleMs, negativeTtlMs } = lifetimes;
    if (isRefused) {
      // A call that began before a refusal may last so long: it must not put back what the refusal ended.
      const tombstoneMs = Math.max(negativeTtlMs, timeoutMs);
      // Awaited: once a caller sees the refusal, every replica does.
      await shared.invalidate(encodeEntry(codec, entry), read, tombstoneMs);
    } else if (!isOutdated && read) {
      void shared.write(encodeEntry(codec, entry), read, Math.max(ttlMs + staleMs, leastKeptMs));
    }
  }

  return async (lookup, member, flight, deadline, isStaleAllowed) => {
    const { key, lifetimes, accepted } = lookup;
    const isFresh = accepted !== lifetimes;
    let shared: SharedEntry | undefined;
    let slot: Reservation | undefined;
    try {
      // Again: another flight may have landed since the caller looked.
      const known = memory?.get(key);
      const inMemory = usable(known, clock.nowMs(), accepted, isStaleAllowed);
      if (inMemory) {
        flight.source = 'memory';
        return inMemory;
      }
      shared = redis?.entryOf(key);
      // Without a lifetime no other replica can use the answer.
      const { found, passedOver, read, reserved } =
        shared && lifetimes.ttlMs > 0
          ? await readShared({ lookup, shared, known, member, deadline, isStaleAllowed })
          : notRead;
      slot = reserved;
      if (found) {
        if (!flight.isInvalidated) memory?.set(key, found.entry);
        flight.source = 'redis';
        return found;
      }
      // For the case that the call fails.
      if (isFresh && passedOver && !flight.isInvalidated) memory?.set(key, passedOver);
      const startedAtMs = clock.nowMs();
      let isStored = false;
      try {
        const entry = await call(key, member, flight, deadline, reserved);
        // After a flight was abandoned, a later one may have had another answer.
        const isOutdated = flight.isInvalidated || deadline.signal.aborted;
        if (memory) await store(lookup, entry, isOutdated, shared, read);
        isStored = !isOutdated;
        return { entry, isStale: false };
      } finally {
        if (isFresh && !isStored) freshLookups.noteFailed(key, startedAtMs);
      }
    } finally {
      member.leave();
      slot?.giveBack();
      shared?.giveBack();
    }
  };
}
