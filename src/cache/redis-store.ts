import { randomUUID } from 'node:crypto';
import type { Clock } from '../async/clock.ts';
import { RedisUnavailableError } from '../redis/redis-unavailable-error.ts';
import { arrayReply, bufferReply, doneReply } from '../redis/replies.ts';
import type { SealedRedis } from '../redis/sealed-redis.ts';
import { aheadAtMostMs, timeReply } from '../redis/time.ts';
import { parseSealedEntry, type SealedEntry, type StoredContent, type StoredEntry } from './entry-codec.ts';
import { createLeases, leaseMs } from './leases.ts';
import type { RefusalLog } from './refusal-log.ts';

/** The entries that all replicas share. Best effort: where Redis fails, nothing is stored and nothing found. */
export interface RedisStore {
  /** The entry of one lookup. */
  entryOf(key: string): SharedEntry;
}

/** One lookup's way to the entry that all replicas share. */
export interface SharedEntry {
  /**
   * Reads the entry. Where there is none that is wanted, this lookup also takes the lease, unless another has it: who
   * has the lease asks DingTalk. It ends when an entry is stored or it is given back, or soon after the replica has died.
   * Undefined without an answer of Redis.
   */
  claim(wanted: Wanted, insists?: boolean): Promise<RedisRead | undefined>;
  /** Stores an entry for `keepMs` from when DingTalk was asked, unless a later one is stored. */
  write(entry: StoredEntry, read: RedisRead, keepMs: number): Promise<void>;
  /** The same for a refusal, the tombstone of earlier entries, which the other replicas delete from their memory. */
  invalidate(tombstone: StoredEntry, read: RedisRead | undefined, keepMs: number): Promise<void>;
  /** Lets another replica ask, where this lookup may still have the lease. */
  giveBack(): void;
}

/** Which entries are as good as a call. */
export interface Wanted {
  /** None that was asked for longer ago. */
  readonly maxAgeMs: number;
  /** Only a later one than this, by Redis's clock: that one is of no use. */
  readonly laterThanMs?: number | undefined;
}

/** What Redis held at `redisMs` of its clock, which was between `fromMs` and `toMs` of this process's. */
export interface RedisRead {
  readonly stored: StoredEntry | undefined;
  /** When the entry was asked for, by Redis's clock, also of one that cannot be read. */
  readonly storedAtMs: number | undefined;
  /** Who asks DingTalk: `nobody`, where the entry is wanted; `us`; or the lease of another lookup. */
  readonly asker: 'nobody' | 'us' | { readonly lease: string };
  readonly redisMs: number;
  readonly fromMs: number;
  readonly toMs: number;
}

/** More than DingTalk's longest answers: one of another program is no entry. Two of them fit into a trip's reply. */
const maxBytesOfEntry = 1.5 * 1024 * 1024;
/** Together with what else the trip returns below the limit of a reply. */
const maxBytesOfTrip = 2 * 1024 * 1024;
/** Those of replicas have 60. */
const maxBytesOfLease = 100;

/**
 * Under an entry's name stand thirteen digits, the time when DingTalk was asked, and the sealed entry; anything else is no
 * entry. The digits are for these operations, which cannot open the seal: readers compare them with the time inside it.
 * The keys of each operation are names of the entry, each followed by that of its lease.
 */
const heldLua = `local function heldUnder(name)
  local held = get(name)
  if type(held) == 'string' and #held > ${maxBytesOfEntry} then return end
  local heldAt = type(held) == 'string' and tonumber(string.match(held, '^%d%d%d%d%d%d%d%d%d%d%d%d%d'))
  return heldAt, heldAt and string.sub(held, 14)
end
`;

/** The time limit of a second claim, so that a lookup waits for less than 100 ms in all where Redis hangs. */
const secondTryMs = 15;

/**
 * Returns Redis's time, who asks (0: nobody, 1: the lease ARGV[1], or the other lease), and time and text of each entry.
 * A lease that no replica would have made (another type, too long, without an end, with a late one) is taken over. With
 * nothing but the time the trip is full: the lookup takes another. What is found when it is full was read in vain, so
 * nothing is read after that; the first lookup of a trip always finds room.
 */
const claimLua = `${heldLua}
local id, leaseMs, maxAge, laterThan = args[1], tonumber(args[2]), tonumber(args[3]), tonumber(args[4])
local reply, isWanted, asker = { now, 0 }, false, 1
local bytesBefore = notes.bytes
notes.isOurs = false
if notes.isFull then return { now } end
for i = 1, #keys, 2 do
  local heldAt, sealed = heldUnder(keys[i])
  notes.bytes = notes.bytes + (sealed and #sealed or 0)
  if bytesBefore > 0 and notes.bytes > ${maxBytesOfTrip} then
    notes.bytes, notes.isFull = bytesBefore, true
    return { now }
  end
  reply[#reply + 1] = heldAt or false
  reply[#reply + 1] = sealed or false
  if heldAt and heldAt <= now and heldAt > laterThan and heldAt + maxAge > now then isWanted = true end
  local holder, left = get(keys[i + 1]), redis.call('PTTL', keys[i + 1])
  local isLease = type(holder) == 'string' and #holder <= ${maxBytesOfLease} and left >= 0 and left <= leaseMs
  if isLease and holder ~= id then asker = holder end
end
if isWanted then asker = 0 end
if asker == 1 then
  -- A full Redis takes none: each replica asks for itself.
  for i = 2, #keys, 2 do redis.pcall('SET', keys[i], id, 'PX', leaseMs) end
  notes.isOurs = true
end
reply[2] = asker
return reply
`;

/**
 * Replaces an entry by args[2], asked for at args[1], for args[3] milliseconds from then, unless the entry is a later one:
 * a slow writer must not undo what another learned since. A time to come counts as now: Redis's clock was set back.
 * A full Redis that takes nothing new still deletes the old. Under its other names an entry is deleted. Then the lease
 * args[4] ends.
 */
const putLua = `${heldLua}
for i = 1, #keys, 2 do
  local heldAt = heldUnder(keys[i])
  local asked = math.min(tonumber(args[1]) or now, now)
  if not (heldAt and heldAt >= asked and heldAt <= now) then
    local left = asked + tonumber(args[3]) - now
    local done = i == 1 and left > 0 and args[2] ~= '' and #args[2] <= ${maxBytesOfEntry - 13} and
      redis.pcall('SET', keys[i], string.format('%013d', asked) .. args[2], 'PX', string.format('%d', left))
    if not done or done.err then redis.call('DEL', keys[i]) end
  end
  if get(keys[i + 1]) == args[4] then redis.call('DEL', keys[i + 1]) end
end
return 1
`;

/**
 * Every value is sealed, and every name is a keyed hash. While the app's secret is replaced, an entry may stand under the name
 * that each of the two secrets gives it: the latest one counts, and a write deletes those that are not later.
 */
export function createRedisStore(
  { seal, trip }: SealedRedis,
  clock: Clock,
  refusals: Pick<RefusalLog, 'note'>,
): RedisStore {
  const self = randomUUID();
  const leases = createLeases(trip, clock);
  const claimEntry = trip.define('claimEntry', claimLua);
  const putEntry = trip.define('putEntry', putLua);
  let leasesMade = 0;

  function open({ name, atMs, sealed }: Held, redisMs: number): StoredContent | undefined {
    const text = seal.open(name, sealed);
    const entry = text === undefined ? undefined : parseSealedEntry(text);
    if (!entry) return undefined;
    // The operations lower a time to come to now and change no other: later digits are not theirs.
    const { content, askedAtRedisMs } = entry;
    return atMs <= askedAtRedisMs && askedAtRedisMs <= redisMs + aheadAtMostMs ? content : undefined;
  }

  function entryOf(key: string): SharedEntry {
    const names = seal.keysOf('lookup', key);
    const keys = names.flatMap((name) => [name, leaseOf(name)]);
    leasesMade += 1;
    const lease = { id: `${self}:${leasesMade}`, keys: names.map(leaseOf) };
    let mayHoldLease = false;

    /** Without an entry what is stored is deleted. */
    async function put(entry: SealedEntry | undefined, keepMs: number): Promise<void> {
      mayHoldLease = false;
      leases.release(lease);
      const sealed = entry ? seal.close(names[0] ?? '', JSON.stringify(entry)) : '';
      const askedAt = entry ? String(entry.askedAtRedisMs) : '';
      // A lease must not outlive its call, and a refusal must not be missed, because of a late command.
      const done = putEntry(keys, [askedAt, sealed, keepMs, lease.id], { insists: true });
      await done.then(doneReply).catch(() => undefined);
    }

    async function send(
      { maxAgeMs, laterThanMs = -1 }: Wanted,
      options: { readonly insists: boolean; readonly withinMs?: number },
    ): Promise<ClaimReply> {
      return claimReply(await claimEntry(keys, [lease.id, leaseMs, maxAgeMs, laterThanMs], options), names);
    }

    async function claim(wanted: Wanted, insists = false): Promise<RedisRead | undefined> {
      const fromMs = clock.nowMs();
      mayHoldLease = true;
      const reply = await send(wanted, { insists })
        // Nobody else asks if that one took the lease: its answer may be on its way.
        .catch((error) => {
          if (!insists && isLate(error)) return send(wanted, { insists: true, withinMs: secondTryMs });
          throw error;
        })
        .catch(() => undefined);
      if (!reply) return undefined;
      const { redisMs, asker, held } = reply;
      if (asker === undefined) return claim(wanted, insists);
      mayHoldLease = asker === 'us';
      if (asker === 'us') leases.hold(lease);
      // Of several the latest; one with a time to come is none.
      const found = held
        .filter(({ atMs }) => atMs <= redisMs)
        .toSorted((one, other) => other.atMs - one.atMs);
      let stored: StoredEntry | undefined;
      for (const one of found) {
        const content = open(one, redisMs);
        if (!content) continue;
        // Rather too old than too young: counted from when Redis was asked.
        stored = { content, askedAtMs: fromMs - (redisMs - one.atMs) };
        break;
      }
      return { stored, storedAtMs: found[0]?.atMs, asker, redisMs, fromMs, toMs: clock.nowMs() };
    }

    return {
      claim,
      write({ content, askedAtMs }, { redisMs, toMs }, keepMs) {
        return put({ content, askedAtRedisMs: Math.floor(redisMs + askedAtMs - toMs) }, keepMs);
      },
      async invalidate({ content, askedAtMs }, read, keepMs) {
        // Rather too young than too old: a tie goes to the refusal.
        const entry = read && {
          content,
          askedAtRedisMs: Math.floor(read.redisMs + askedAtMs - read.fromMs) + 1,
        };
        await Promise.all([put(entry, keepMs), refusals.note(key, names)]);
      },
      giveBack() {
        if (mayHoldLease) leases.giveBack(lease);
        mayHoldLease = false;
      },
    };
  }

  return { entryOf };
}

const isLate = (error: unknown): boolean => error instanceof RedisUnavailableError && error.kind === 'late';

const leaseOf = (name: string): string => name.replace(':lookup:', ':lease:');

interface Held {
  readonly name: string;
  /** The digits beside the seal. */
  readonly atMs: number;
  readonly sealed: Buffer;
}

interface ClaimReply {
  readonly redisMs: number;
  /** Undefined: the trip was full. */
  readonly asker: RedisRead['asker'] | undefined;
  readonly held: readonly Held[];
}

function claimReply(reply: unknown, names: readonly string[]): ClaimReply {
  const [now, asker, ...held] = arrayReply(reply);
  const redisMs = timeReply(now);
  if (asker === undefined) return { redisMs, asker, held: [] };
  return {
    redisMs,
    asker: asker === 0 ? 'nobody' : asker === 1 ? 'us' : { lease: bufferReply(asker).toString('latin1') },
    held: names.flatMap((name, at) => {
      const [heldAt, sealed] = held.slice(2 * at);
      return heldAt === null ? [] : { name, atMs: timeReply(heldAt), sealed: bufferReply(sealed) };
    }),
  };
}
