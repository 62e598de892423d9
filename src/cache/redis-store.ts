import { randomUUID } from 'node:crypto';
import type { Redis as Client } from 'ioredis';
import type { Clock } from '../async/clock.ts';
import type { Redis } from '../redis/redis.ts';
import { arrayReply, bufferReply, doneReply } from '../redis/replies.ts';
import type { Script } from '../redis/script.ts';
import type { Shared } from '../redis/shared.ts';
import { aheadAtMostMs, timeReply } from '../redis/time.ts';
import { parseSealedEntry, type Kept, type SealedEntry } from './entry-codec.ts';
import { dropScript, keepScript, readScript } from './redis-scripts.ts';

/** Something kept, and when DingTalk was asked for it, on this process's own clock. */
export interface KeptSince {
  readonly kept: Kept;
  readonly askedAtMs: number;
}

/** What all replicas remember together. Nothing of it can be relied on: whatever goes wrong, it holds nothing. */
export interface RedisTier {
  /** What is held, and Redis's time, without which nothing is written; undefined where Redis cannot tell. */
  read(key: string): Promise<Reading | undefined>;
  /** Keeps it for `forMs` from when it was asked for, unless something asked for later is held. */
  keep(key: string, lookup: KeptSince, reading: Reading, forMs: number): Promise<void>;
  /** The same for a refusal, and has all other replicas forget what they know. */
  drop(key: string, refusal: KeptSince, reading: Reading | undefined, forMs: number): Promise<void>;
  /** Hears of what other replicas drop. */
  onDropped(listener: (key: string) => void): void;
}

/** Redis's time when it was read, between two moments of this process's own clock. */
export interface Reading {
  readonly held: KeptSince | undefined;
  readonly redisMs: number;
  readonly fromMs: number;
  readonly toMs: number;
}

/** Every value is sealed, and every name is a keyed hash. */
export function createRedisTier({ redis, seal }: Shared, clock: Clock): RedisTier {
  const self = randomUUID();
  const channel = seal.keyOf('dropped');
  const nameOf = (key: string): string => seal.keyOf('lookup', key);

  function open(name: string, { redisMs, heldAtMs, sealed }: HeldEntry): Kept | undefined {
    const text = sealed && seal.open(name, sealed);
    const entry = text === undefined ? undefined : parseSealedEntry(text);
    if (!entry || heldAtMs > redisMs) return undefined;
    // The scripts put back a time to come, and no other: a later one is not theirs.
    const { kept, askedAtRedisMs } = entry;
    return heldAtMs <= askedAtRedisMs && askedAtRedisMs <= redisMs + aheadAtMostMs ? kept : undefined;
  }

  function write(script: Script, key: string, given: Write, ...said: readonly string[]): Promise<void> {
    const name = nameOf(key);
    const value = given.entry ? seal.close(name, JSON.stringify(given.entry)) : '';
    const askedAt = given.entry ? String(given.entry.askedAtRedisMs) : '';
    return quietly(redis, async (client) =>
      doneReply(await script(client, [name], askedAt, value, given.forMs, ...said)),
    );
  }

  return {
    async read(key) {
      const name = nameOf(key);
      const fromMs = clock.nowMs();
      const found = await quietly(redis, (client) => readEntry(client, name));
      if (!found) return undefined;
      const { redisMs, heldAtMs } = found;
      const kept = open(name, found);
      // Rather too old than too young: by the moment at which Redis was asked.
      const held = kept && { kept, askedAtMs: fromMs - (redisMs - heldAtMs) };
      return { held, redisMs, fromMs, toMs: clock.nowMs() };
    },
    keep(key, { kept, askedAtMs }, { redisMs, toMs }, forMs) {
      const askedAtRedisMs = Math.floor(redisMs + askedAtMs - toMs);
      return write(keepScript, key, { entry: { kept, askedAtRedisMs }, forMs });
    },
    drop(key, { kept, askedAtMs }, reading, forMs) {
      const said = [channel, `${self} ${seal.close(channel, key).toString('base64')}`];
      if (!reading) return write(dropScript, key, { entry: undefined, forMs }, ...said);
      // Rather too young than too old, and a tie goes to the refusal.
      const askedAtRedisMs = Math.floor(reading.redisMs + askedAtMs - reading.fromMs) + 1;
      return write(dropScript, key, { entry: { kept, askedAtRedisMs }, forMs }, ...said);
    },
    onDropped(listener) {
      redis.subscribe(channel, (message) => {
        const [from, sealed = ''] = message.split(' ');
        const key = from === self ? undefined : seal.open(channel, Buffer.from(sealed, 'base64'));
        if (key !== undefined) listener(key);
      });
    },
  };
}

interface Write {
  /** Undefined: nothing is kept, and what is held ends now. */
  readonly entry: SealedEntry | undefined;
  readonly forMs: number;
}

interface HeldEntry {
  readonly redisMs: number;
  /** As it stands beside the seal. */
  readonly heldAtMs: number;
  readonly sealed: Buffer | undefined;
}

async function readEntry(client: Client, name: string): Promise<HeldEntry> {
  const [now, heldAt, sealed] = arrayReply(await readScript(client, [name]));
  const redisMs = timeReply(now);
  if (heldAt === undefined) return { redisMs, heldAtMs: redisMs, sealed: undefined };
  return { redisMs, heldAtMs: timeReply(heldAt), sealed: bufferReply(sealed) };
}

/** Undefined without an answer: Redis helps where it can, and nobody hears where it cannot. */
async function quietly<T>(redis: Redis, command: (client: Client) => Promise<T>): Promise<T | undefined> {
  return redis.run(command).catch(() => undefined);
}
