import type { Clock } from '../async/clock.ts';
import { pause, type Deadline } from '../async/deadline.ts';
import type { Reservation } from '../dingtalk/dingtalk.ts';
import type { Codec } from '../domain/codec.ts';
import type { Member } from './batch.ts';
import { decodeEntry } from './entry-codec.ts';
import { usable, type Entry, type ServableEntry } from './entry.ts';
import type { Lifetimes } from './lifetimes.ts';
import type { RedisRead, SharedEntry, Wanted } from './redis-store.ts';

/** How soon after its claim a lookup looks for the answer of the replica that asks, and then how often. */
const firstPollMs = 20;
const pollMs = 40;
/** How long it goes on looking without an answer of Redis. */
const lostAfterMs = 500;

interface Reading<Answer> {
  readonly lookup: { readonly codec: Codec<Answer>; readonly accepted: Lifetimes };
  readonly shared: SharedEntry;
  /** What this process holds. */
  readonly known: Entry | undefined;
  readonly member: Pick<Member<Answer>, 'leave' | 'reserve'>;
  readonly deadline: Deadline;
  readonly isStaleAllowed: boolean;
}

interface SharedResult {
  /** What may be served. Undefined: this process asks DingTalk. */
  readonly found?: ServableEntry | undefined;
  /** What Redis holds and may not be served to this lookup. */
  readonly passedOver?: Entry | undefined;
  /** By which the answer is dated in Redis. Undefined: Redis did not answer. */
  readonly read: RedisRead | undefined;
  /** A slot for the call. */
  readonly reserved?: Reservation | undefined;
}

export const notRead: SharedResult = { read: undefined };

/** What the replicas share of a lookup: an entry in Redis, or the answer that another replica waits for. */
export function createSharedRead(clock: Clock): <Answer>(reading: Reading<Answer>) => Promise<SharedResult> {
  /** Waits for the answer to `lease`, the one who asks now. */
  async function follow<Answer>(
    reading: Reading<Answer>,
    lease: string,
    laterThanMs: number | undefined,
  ): Promise<SharedResult> {
    const wanted = { maxAgeMs: Number.MAX_SAFE_INTEGER, laterThanMs };
    const followed = new Set([lease]);
    let answeredAtMs = clock.nowMs();
    for (let waitMs = firstPollMs; ; waitMs = pollMs) {
      await pause(clock, waitMs, reading.deadline.signal);
      const result = await claim(reading, wanted, true);
      const { read } = result;
      if (read?.asker === 'nobody') {
        // Also what may not be cached: it was asked for while this lookup waited.
        const entry = entryIn(reading, read);
        return { found: entry && { entry, isStale: false }, read };
      }
      // Where the first one has failed or died, the next is waited for as well, but not a third: each may fail.
      if (typeof read?.asker === 'object' && followed.size < 2) followed.add(read.asker.lease);
      const isAsking = typeof read?.asker === 'object' && followed.has(read.asker.lease);
      if (read && !isAsking) return result;
      if (read) answeredAtMs = clock.nowMs();
      else if (clock.nowMs() - answeredAtMs >= lostAfterMs) return notRead;
    }
  }

  return async <Answer>(reading: Reading<Answer>): Promise<SharedResult> => {
    const { lookup, isStaleAllowed, member } = reading;
    const { ttlMs, staleMs } = lookup.accepted;
    const maxAgeMs = ttlMs + (isStaleAllowed ? staleMs : 0);
    let result = await claim(reading, { maxAgeMs });
    const { read } = result;
    const entry = read && entryIn(reading, read);
    const found = usable(entry, clock.nowMs(), lookup.accepted, isStaleAllowed);
    if (found) return { ...result, found };
    // It is young, but of no use: a refusal that is over, a link that has ended, or what cannot be read.
    if (read?.asker === 'nobody') {
      result = await claim(reading, { maxAgeMs, laterThanMs: read.storedAtMs });
    }
    const asker = result.read?.asker;
    if (typeof asker !== 'object') return { ...result, passedOver: entry };
    // Those who call together need not wait for this one.
    member.leave();
    return follow(reading, asker.lease, result.read?.storedAtMs);
  };
}

/** With a slot of the rate limiter, in the same trip, for the case that this process is to ask. */
async function claim<Answer>(
  { shared, member }: Reading<Answer>,
  wanted: Wanted,
  insists = false,
): Promise<SharedResult> {
  const claiming = shared.claim(wanted, insists);
  const reserved = member.reserve?.();
  const read = await claiming;
  if (read?.asker === 'us') return { read, reserved };
  reserved?.giveBack();
  return { read };
}

/** An entry older than ours was invalidated here, even if Redis missed it. */
function entryIn<Answer>(
  { lookup: { codec }, known }: Reading<Answer>,
  { stored }: RedisRead,
): Entry | undefined {
  const isLater = stored && stored.askedAtMs > (known?.askedAtMs ?? -Infinity);
  return isLater ? decodeEntry(codec, stored) : undefined;
}
