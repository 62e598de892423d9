import { randomUUID } from 'node:crypto';
import type { Redis as Client } from 'ioredis';
import type { Clock } from '../async/clock.ts';
import { arrayReply, bufferReply, doneReply } from '../redis/replies.ts';
import { createScript, type Script } from '../redis/script.ts';
import type { SealedRedis } from '../redis/sealed-redis.ts';
import { aheadAtMostMs, nowByRedis, timeReply } from '../redis/time.ts';
import { parseSealedEntry, type SealedEntry, type StoredContent, type StoredEntry } from './entry-codec.ts';

/** The entries that all replicas share. Best effort: where Redis fails, nothing is stored and nothing found. */
export interface RedisStore {
  /** Undefined without an answer of Redis. */
  read(key: string): Promise<RedisRead | undefined>;
  /** Stores an entry for `keepMs` from when DingTalk was asked, unless a later one is stored. */
  write(key: string, entry: StoredEntry, read: RedisRead, keepMs: number): Promise<void>;
  /** The same for a refusal, the tombstone of earlier entries, which the other replicas delete from their memory. */
  invalidate(key: string, tombstone: StoredEntry, read: RedisRead | undefined, keepMs: number): Promise<void>;
  /** Called with the keys that other replicas invalidate. */
  onInvalidated(listener: (key: string) => void): void;
}

/** What Redis held at `redisMs` of its clock, which was between `fromMs` and `toMs` of this process's. */
export interface RedisRead {
  readonly stored: StoredEntry | undefined;
  readonly redisMs: number;
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * Under KEYS[1] stand thirteen digits, the time when DingTalk was asked, and the sealed entry; anything else is no entry.
 * The digits are for these scripts, which cannot open the seal: readers compare them with the time inside it.
 */
const heldLua = `
local held = redis.pcall('GET', KEYS[1])
local heldAt = type(held) == 'string' and tonumber(string.match(held, '^%d%d%d%d%d%d%d%d%d%d%d%d%d'))
`;

/** Redis's time; then the digits and the sealed entry, where there is one. */
const readScript = createScript(
  'readEntry',
  `${nowByRedis}${heldLua}
if not heldAt then return { now } end
return { now, heldAt, string.sub(held, 14) }
`,
);

/**
 * Replaces an entry by ARGV[2], asked for at ARGV[1], for ARGV[3] milliseconds from then, unless the entry is a later one:
 * a slow writer must not undo what another learned since. A time to come counts as now: Redis's clock was set back.
 * A full Redis that takes nothing new still deletes the old. SET comes first: a script that has written may exceed the limit.
 */
const putLua = `${nowByRedis}${heldLua}
local asked = math.min(tonumber(ARGV[1]) or now, now)
if not (heldAt and heldAt >= asked and heldAt <= now) then
  local left = asked + tonumber(ARGV[3]) - now
  local done = left > 0 and ARGV[2] ~= '' and
    redis.pcall('SET', KEYS[1], string.format('%013d', asked) .. ARGV[2], 'PX', string.format('%d', left))
  if not done or done.err then redis.call('DEL', KEYS[1]) end
end
`;
const writeScript = createScript('writeEntry', `${putLua}\nreturn 1`);
/** The same, and publishes ARGV[5] on the channel ARGV[4] in any case. */
const invalidateScript = createScript(
  'invalidateEntry',
  `${putLua}\nredis.call('PUBLISH', ARGV[4], ARGV[5])\nreturn 1`,
);

/**
 * Every value is sealed, and every name is a keyed hash. While the app's secret is replaced, an entry may stand under the name
 * that each of the two secrets gives it: the latest one counts, and a write deletes those that are not later.
 */
export function createRedisStore({ redis, seal }: SealedRedis, clock: Clock): RedisStore {
  const self = randomUUID();
  const channel = seal.lastingKeyOf('dropped');
  const namesOf = (key: string): readonly string[] => seal.keysOf('lookup', key);
  /** Undefined without an answer: the lookup goes on without Redis. */
  const run = <T>(command: (client: Client) => Promise<T>): Promise<T | undefined> =>
    redis.run(command).catch(() => undefined);

  function open(name: string, { redisMs, heldAtMs, sealed }: HeldEntry): StoredContent | undefined {
    const text = sealed && seal.open(name, sealed);
    const entry = text === undefined ? undefined : parseSealedEntry(text);
    if (!entry || heldAtMs > redisMs) return undefined;
    // The scripts lower a time to come to now and change no other: later digits are not theirs.
    const { content, askedAtRedisMs } = entry;
    return heldAtMs <= askedAtRedisMs && askedAtRedisMs <= redisMs + aheadAtMostMs ? content : undefined;
  }

  async function readUnder(name: string): Promise<RedisRead | undefined> {
    const fromMs = clock.nowMs();
    const found = await run((client) => readEntry(client, name));
    if (!found) return undefined;
    const { redisMs, heldAtMs } = found;
    const content = open(name, found);
    // Rather too old than too young: counted from when Redis was asked.
    const stored = content && { content, askedAtMs: fromMs - (redisMs - heldAtMs) };
    return { stored, redisMs, fromMs, toMs: clock.nowMs() };
  }

  /** Without an entry what is stored is deleted. */
  async function put(
    script: Script,
    key: string,
    entry: SealedEntry | undefined,
    keepMs: number,
    ...message: readonly string[]
  ): Promise<void> {
    const [name = '', ...otherNames] = namesOf(key);
    const sealed = entry ? seal.close(name, JSON.stringify(entry)) : '';
    const askedAt = entry ? String(entry.askedAtRedisMs) : '';
    await Promise.all([
      run(async (client) => doneReply(await script(client, [name], askedAt, sealed, keepMs, ...message))),
      ...otherNames.map((other) =>
        run(async (client) => doneReply(await writeScript(client, [other], askedAt, '', keepMs))),
      ),
    ]);
  }

  return {
    async read(key) {
      const [name = '', ...otherNames] = namesOf(key);
      if (otherNames.length === 0) return readUnder(name);
      const reads = await Promise.all([name, ...otherNames].map(readUnder));
      return reads.reduce(later);
    },
    write(key, { content, askedAtMs }, { redisMs, toMs }, keepMs) {
      return put(
        writeScript,
        key,
        { content, askedAtRedisMs: Math.floor(redisMs + askedAtMs - toMs) },
        keepMs,
      );
    },
    invalidate(key, { content, askedAtMs }, read, keepMs) {
      // Rather too young than too old: a tie goes to the refusal.
      const entry = read && {
        content,
        askedAtRedisMs: Math.floor(read.redisMs + askedAtMs - read.fromMs) + 1,
      };
      const message = `${self} ${seal.close(channel, key).toString('base64')}`;
      return put(invalidateScript, key, entry, keepMs, channel, message);
    },
    onInvalidated(listener) {
      redis.subscribe(channel, (message) => {
        const [from, sealed = ''] = message.split(' ');
        const key = from === self ? undefined : seal.open(channel, Buffer.from(sealed, 'base64'));
        if (key !== undefined) listener(key);
      });
    },
  };
}

/** The read with the later entry; undefined if one of them is missing: what it would have shown may be a refusal. */
function later(one: RedisRead | undefined, other: RedisRead | undefined): RedisRead | undefined {
  if (!one || !other) return undefined;
  return (other.stored?.askedAtMs ?? -Infinity) > (one.stored?.askedAtMs ?? -Infinity) ? other : one;
}

interface HeldEntry {
  readonly redisMs: number;
  /** The digits beside the seal. */
  readonly heldAtMs: number;
  readonly sealed: Buffer | undefined;
}

async function readEntry(client: Client, name: string): Promise<HeldEntry> {
  const [now, heldAt, sealed] = arrayReply(await readScript(client, [name]));
  const redisMs = timeReply(now);
  if (heldAt === undefined) return { redisMs, heldAtMs: redisMs, sealed: undefined };
  return { redisMs, heldAtMs: timeReply(heldAt), sealed: bufferReply(sealed) };
}
