import { randomUUID } from 'node:crypto';
import type { Clock } from '../../async/clock.ts';
import { integerReply } from '../../redis/replies.ts';
import { createScript } from '../../redis/script.ts';
import type { Shared } from '../../redis/shared.ts';
import { nowByRedis } from '../../redis/time.ts';

const beatMs = 2000;
/** Until Redis has been there once. */
const firstBeatMs = 100;
/** Whoever has missed two beats is taken for dead. */
const countedMs = 3 * beatMs;
/** Assumed, at least, by a process that has not heard of the others twice. */
const replicasUnheardOf = 4;
/** Beyond it the share is the least anyway. */
const mostReplicas = 10_000;

const beatScript = createScript(
  'countReplicas',
  `${nowByRedis}
local kind = redis.call('TYPE', KEYS[1]).ok
if kind ~= 'zset' and kind ~= 'none' then redis.call('DEL', KEYS[1]) end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '(' .. now + ARGV[2], '+inf')
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return math.min(redis.call('ZCARD', KEYS[1]), tonumber(ARGV[3]))
`,
);

/** How many processes serve one application. */
export interface Replicas {
  /** This one included: the latest number that was heard. */
  readonly count: number;
  /** Announces this process no longer. */
  close(): void;
}

/** Announces this process in Redis every two seconds, and counts those who do so. */
export function createReplicas({ redis, seal }: Shared, clock: Clock): Replicas {
  const key = seal.keyOf('replicas');
  const self = randomUUID();
  let heardOf: number | undefined;
  let beats = 0;
  let isClosed = false;

  async function beat(): Promise<void> {
    try {
      heardOf = await redis.run(async (client) =>
        integerReply(await beatScript(client, [key], self, countedMs, mostReplicas), 1, mostReplicas),
      );
      beats += 1;
    } catch {
      // Whoever was there a moment ago is most likely still there.
    }
    if (!isClosed) cancelTimer = clock.after(heardOf === undefined ? firstBeatMs : beatMs, () => void beat());
  }
  let cancelTimer = clock.after(firstBeatMs, () => void beat());

  return {
    get count() {
      // Those that start together have not all announced themselves at the first beat.
      return beats > 1 && heardOf !== undefined ? heardOf : Math.max(heardOf ?? 0, replicasUnheardOf);
    },
    close() {
      isClosed = true;
      cancelTimer();
    },
  };
}
