import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';

/** How often the process looks at what it has done since the last time. */
const lookEveryMs = 5000;
/** A share of that time. */
const hardWork = 0.25;
const rest = 0.02;
/** Of a load that stops and goes, the pauses are not rests. */
const restsNeeded = 2;

interface GivingBack {
  readonly clock: Clock;
  /** The share of the time since it was last called in which there was something to do, 0 to 1. */
  readonly busyShare: () => number;
  /** Collects all garbage, however long that takes. */
  readonly collect: () => Promise<void>;
  readonly log: Logger;
}

/**
 * Lets go of the garbage of hard work once the process has been at rest for ten seconds, and once only: V8 collects no
 * more than the next allocation needs, so that a gateway that nobody asks would hold the memory of its busiest
 * minute. Goes on for as long as the process lives, and does not keep it alive.
 */
export function giveMemoryBack({ clock, busyShare, collect, log }: GivingBack): void {
  let hasWorkedHard = false;
  let rests = 0;

  function look(): void {
    const share = busyShare();
    if (share >= hardWork) hasWorkedHard = true;
    rests = share <= rest ? rests + 1 : 0;
    if (hasWorkedHard && rests >= restsNeeded) {
      hasWorkedHard = false;
      void letGo();
    }
    clock.after(lookEveryMs, look);
  }

  async function letGo(): Promise<void> {
    const startedMs = clock.nowMs();
    try {
      await collect();
      log.debug({ tookMs: Math.round(clock.nowMs() - startedMs) }, 'at rest: memory was given back');
    } catch (error) {
      log.debug({ err: error }, 'at rest: memory could not be given back');
    }
  }

  clock.after(lookEveryMs, look);
}
