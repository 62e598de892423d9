import type { Clock } from '../async/clock.ts';
import { pause, type Deadline } from '../async/deadline.ts';
import type { Codec } from '../domain/codec.ts';
import type { Viewer } from '../domain/viewer.ts';
import type { Member } from './batch.ts';
import { decodeEntry, encodeEntry } from './entry-codec.ts';
import { isRefusal, servable, type Entry, type ServableEntry } from './entry.ts';
import type { Invalidations } from './invalidations.ts';
import type { Lifetimes } from './lifetimes.ts';
import { clearServedStale, type Memory } from './memory.ts';
import type { RedisRead, RedisStore, SharedEntry } from './redis-store.ts';
import { watchOf, type Flight } from './single-flight.ts';

/** What is looked up under one key. */
export interface Lookup<Answer> {
  readonly key: string;
  readonly viewer: Viewer;
  readonly codec: Codec<Answer>;
  readonly lifetimes: Lifetimes;
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
}

/** How soon after the claim another replica's answer is looked for, and then how often. */
const firstPollMs = 20;
const longestPollMs = 40;
/** How long an answer stays for those who wait for it, even if it may be served to nobody else. */
const leastKeptMs = 2000;

/** @throws {DingTalkError} for every failure that is no refusal. */
export function createReadThrough(options: ReadThroughOptions): ReadThrough {
  const { clock, timeoutMs, invalidations, memory, redis } = options;

  function usable(
    entry: Entry | undefined,
    lifetimes: Lifetimes,
    isStaleAllowed: boolean,
  ): ServableEntry | undefined {
    const found = entry && servable(entry, clock.nowMs(), lifetimes);
    return found?.isStale === true && !isStaleAllowed ? undefined : found;
  }

  async function call<Answer>(
    key: string,
    { call: send }: Member<Answer>,
    flight: Flight,
    deadline: Deadline,
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
      const answer = await send({ ...watch, deadline, onAttempt });
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

  /** What Redis holds, if it may be served; undefined: DingTalk has to be asked, whose answer `read` dates. */
  async function readShared(
    { codec, lifetimes }: Pick<Lookup<unknown>, 'codec' | 'lifetimes'>,
    shared: SharedEntry,
    known: Entry | undefined,
    member: Pick<Member<unknown>, 'leave'>,
    deadline: Deadline,
    isStaleAllowed: boolean,
  ): Promise<{ readonly found?: ServableEntry | undefined; readonly read: RedisRead | undefined }> {
    const entryIn = ({ stored }: RedisRead): Entry | undefined => {
      // An entry older than ours was invalidated here, even if Redis missed it.
      const isLater = stored && stored.askedAtMs > (known?.askedAtMs ?? -Infinity);
      return isLater ? decodeEntry(codec, stored) : undefined;
    };
    const maxAgeMs = lifetimes.ttlMs + (isStaleAllowed ? lifetimes.staleMs : 0);
    let read = await shared.claim({ maxAgeMs });
    const found = read && usable(entryIn(read), lifetimes, isStaleAllowed);
    if (found) return { found, read };
    // It is young, but of no use: a refusal that is over, a link that has ended, or what cannot be read.
    if (read?.asker === 'nobody') read = await shared.claim({ maxAgeMs, laterThanMs: read.storedAtMs });
    const first = read;
    if (typeof first?.asker !== 'object') return { read };
    // Those who call together need not wait for this one.
    member.leave();
    const wanted = { maxAgeMs: Number.MAX_SAFE_INTEGER, laterThanMs: first.storedAtMs };
    for (let waitMs = firstPollMs; ; waitMs = longestPollMs) {
      await pause(clock, waitMs, deadline.signal);
      read = await shared.claim(wanted);
      if (read?.asker === 'nobody') {
        // Whatever the other was told: it was asked for while this lookup waited.
        const entry = entryIn(read);
        return { found: entry && { entry, isStale: false }, read };
      }
      // The other has failed, or has died. Where a third one asks now, this lookup does not wait for another failure.
      const isSame = typeof read?.asker === 'object' && read.asker.lease === first.asker.lease;
      if (!isSame) return { read };
    }
  }

  return async (lookup, member, flight, deadline, isStaleAllowed) => {
    const { key, lifetimes } = lookup;
    let shared: SharedEntry | undefined;
    try {
      // Again: another flight may have landed since the caller looked.
      const known = memory?.get(key);
      const inMemory = usable(known, lifetimes, isStaleAllowed);
      if (inMemory) {
        flight.source = 'memory';
        return inMemory;
      }
      shared = redis?.entryOf(key);
      // Without a lifetime no other replica can use the answer.
      const { found, read } =
        shared && lifetimes.ttlMs > 0
          ? await readShared(lookup, shared, known, member, deadline, isStaleAllowed)
          : { read: undefined };
      if (found) {
        if (!flight.isInvalidated) memory?.set(key, found.entry);
        flight.source = 'redis';
        return found;
      }
      const entry = await call(key, member, flight, deadline);
      // After a flight was abandoned, a later one may have had another answer.
      const isOutdated = flight.isInvalidated || deadline.signal.aborted;
      if (memory) await store(lookup, entry, isOutdated, shared, read);
      return { entry, isStale: false };
    } finally {
      member.leave();
      shared?.giveBack();
    }
  };
}
