import type { Clock } from '../async/clock.ts';
import { RedisUnavailableError } from './redis-unavailable-error.ts';

/** The time limit of one command. */
export const commandMs = 50;

/** Settles as `work` does. @throws {RedisUnavailableError} `late` when it takes longer than `limitMs`. */
export async function withTimeLimit<T>(work: Promise<T>, limitMs: number, clock: Clock): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const cancelTimer = clock.after(limitMs, () => {
    // A reply that arrived while this process was busy is read first, and counts as in time.
    setImmediate(() => reject(new RedisUnavailableError('late')));
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    cancelTimer();
  }
}
