import type { Clock } from '../../async/clock.ts';
import { integerReply } from '../../redis/replies.ts';
import type { SealedRedis } from '../../redis/sealed-redis.ts';

/** About 20 MB. Far more people than sign out in half a day. */
const maxEnded = 100_000;
/** How often what Redis has not taken is written again. */
const writeAgainMs = 1000;
const writtenTogether = 100;

/** The sessions whose tokens count no more, though they have not expired. */
export interface EndedSessions {
  /**
   * Ends a session here, for `forMs`, and on the other replicas. False: Redis does not have it yet, and is written to again
   * every second.
   *
   * @throws {TooManyEndedError} where no more can be held.
   */
  end(id: string, forMs: number): Promise<boolean>;
  /**
   * Whether it has ended, as far as this process and Redis know; `unknown` where Redis gives no answer within 50 ms. What Redis
   * says is known here for `forMs`.
   */
  isEnded(id: string, forMs: number): Promise<boolean | 'unknown'>;
  close(): void;
}

export class TooManyEndedError extends Error {
  override readonly name = 'TooManyEndedError';
}

/** Without `sealedRedis` this process alone knows, and forgets with its end. */
export function createEndedSessions(clock: Clock, sealedRedis: SealedRedis | undefined): EndedSessions {
  const untilMs = new Map<string, number>();
  const shared = sealedRedis && shareOver(sealedRedis);
  /** Known here, and not to Redis. */
  const unwritten = new Set<string>();
  let cancelTimer: (() => void) | undefined;

  function isEndedHere(id: string): boolean {
    return clock.nowMs() < (untilMs.get(id) ?? -Infinity);
  }

  function dropExpired(): void {
    const nowMs = clock.nowMs();
    for (const [id, until] of untilMs) {
      if (until > nowMs) continue;
      untilMs.delete(id);
      unwritten.delete(id);
    }
  }

  function hasRoom(id: string): boolean {
    if (untilMs.size >= maxEnded) dropExpired();
    return untilMs.size < maxEnded || untilMs.has(id);
  }

  function note(id: string, forMs: number): void {
    untilMs.set(id, Math.max(untilMs.get(id) ?? 0, clock.nowMs() + forMs));
  }

  async function write(id: string): Promise<boolean> {
    const leftMs = Math.ceil((untilMs.get(id) ?? 0) - clock.nowMs());
    const isWritten = shared === undefined || leftMs <= 0 || (await shared.end(id, leftMs));
    if (isWritten) unwritten.delete(id);
    return isWritten;
  }

  function writeLater(): void {
    cancelTimer ??= clock.after(writeAgainMs, () => void writeAgain());
  }

  async function writeAgain(): Promise<void> {
    await Promise.all([...unwritten].slice(0, writtenTogether).map((id) => write(id)));
    cancelTimer = undefined;
    if (unwritten.size > 0) writeLater();
  }

  return {
    async end(id, forMs) {
      if (!hasRoom(id)) throw new TooManyEndedError();
      note(id, forMs);
      unwritten.add(id);
      const isWritten = await write(id);
      if (!isWritten) writeLater();
      return isWritten;
    },
    async isEnded(id, forMs) {
      if (isEndedHere(id)) return true;
      if (!shared) return false;
      const isEnded = await shared.isEnded(id);
      if (isEnded === true && hasRoom(id)) note(id, forMs);
      return isEnded;
    },
    close() {
      unwritten.clear();
      cancelTimer?.();
    },
  };
}

/** A name follows from the session's random id, so that it outlives the app's secret and says nothing of a person. */
function shareOver({ seal, trip }: SealedRedis): {
  end(id: string, forMs: number): Promise<boolean>;
  isEnded(id: string): Promise<boolean | 'unknown'>;
} {
  const endSession = trip.define('endSession', `redis.call('SET', keys[1], '1', 'PX', args[1])\nreturn 1`);
  const findEnded = trip.define('findEndedSession', 'return get(keys[1]) and 1 or 0');
  const nameOf = (id: string): string => seal.lastingKeyOf('ended-session', id);
  return {
    end: (id, forMs) =>
      endSession([nameOf(id)], [forMs], { insists: true })
        .then((reply) => integerReply(reply, 1, 1) === 1)
        .catch(() => false),
    isEnded: (id) =>
      findEnded([nameOf(id)], [])
        .then((reply) => integerReply(reply, 0, 1) === 1)
        .catch(() => 'unknown' as const),
  };
}
