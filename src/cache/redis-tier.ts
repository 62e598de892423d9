import { randomUUID } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { Redis } from '../redis/redis.ts';
import type { Shared } from '../redis/shared.ts';
import { parseKept, type Kept } from './kept.ts';
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

  function write(script: string, key: string, given: Write, ...said: readonly string[]): Promise<void> {
    const name = nameOf(key);
    const value = given.kept ? seal.close(name, JSON.stringify(given.kept)) : '';
    return quietly(redis, (client) =>
      client.eval(script, 1, name, String(given.askedAtRedisMs), value, given.forMs, ...said),
    ).then(() => undefined);
  }

  return {
    async read(key) {
      const name = nameOf(key);
      const fromMs = clock.nowMs();
      const answer = await quietly(redis, (client) => client.callBuffer('EVAL', readScript, 1, name));
      if (!Array.isArray(answer)) return undefined;
      const [redisMs, heldAtMs, sealed] = answer as readonly unknown[];
      if (typeof redisMs !== 'number') return undefined;
      const times = { redisMs, fromMs, toMs: clock.nowMs() };
      if (typeof heldAtMs !== 'number' || !Buffer.isBuffer(sealed) || heldAtMs > redisMs) {
        return { held: undefined, ...times };
      }
      const text = seal.open(name, sealed);
      const kept = text === undefined ? undefined : parseKept(text);
      // Rather too old than too young: by the moment at which Redis was asked.
      return { held: kept && { kept, askedAtMs: fromMs - (redisMs - heldAtMs) }, ...times };
    },
    keep(key, { kept, askedAtMs }, { redisMs, toMs }, forMs) {
      const askedAtRedisMs = Math.floor(redisMs + askedAtMs - toMs);
      return write(keepScript, key, { kept, askedAtRedisMs, forMs });
    },
    drop(key, { kept, askedAtMs }, reading, forMs) {
      const said = [channel, `${self} ${seal.close(channel, key).toString('base64')}`];
      if (!reading) return write(dropScript, key, { kept: undefined, askedAtRedisMs: '', forMs }, ...said);
      // Rather too young than too old, and a tie goes to the refusal.
      const askedAtRedisMs = Math.floor(reading.redisMs + askedAtMs - reading.fromMs) + 1;
      return write(dropScript, key, { kept, askedAtRedisMs, forMs }, ...said);
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
  readonly kept: Kept | undefined;
  /** Empty: now. */
  readonly askedAtRedisMs: number | '';
  readonly forMs: number;
}

/** Undefined without an answer: Redis helps where it can, and nobody hears where it cannot. */
async function quietly(redis: Redis, command: Parameters<Redis['run']>[0]): Promise<unknown> {
  return redis.run(command).catch(() => undefined);
}
