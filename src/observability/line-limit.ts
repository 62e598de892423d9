import type { Logger } from 'pino';
import type { Clock } from '../async/clock.ts';

const secondMs = 1000;
const linesASecond = 10;
/** Further reasons share one allowance. */
const maxReasons = 100;
const maxReasonLength = 200;
const otherReasons = 'other reasons';

/** Bounds lines that anyone can cause, as many as they like. */
export interface LineLimit {
  /**
   * Runs `write`, which logs one line, unless ten for the same reason have been written within a second. At its end one line
   * says how many were left out. `reason` holds no secret; its first 200 characters count.
   */
  write(reason: string, write: () => void): void;
}

export function createLineLimit(log: Pick<Logger, 'info'>, clock: Pick<Clock, 'after'>): LineLimit {
  const seconds = new Map<string, { written: number; omitted: number }>();

  function start(reason: string): { written: number; omitted: number } {
    const second = { written: 0, omitted: 0 };
    seconds.set(reason, second);
    clock.after(secondMs, () => {
      seconds.delete(reason);
      const { omitted } = second;
      if (omitted > 0) log.info({ reason, omitted }, 'more lines for this reason are left out');
    });
    return second;
  }

  return {
    write(text, write) {
      const given = text.slice(0, maxReasonLength);
      const reason = seconds.has(given) || seconds.size < maxReasons ? given : otherReasons;
      const second = seconds.get(reason) ?? start(reason);
      if (second.written >= linesASecond) {
        second.omitted += 1;
        return;
      }
      second.written += 1;
      write();
    },
  };
}
