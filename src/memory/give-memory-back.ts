import type { Logger } from 'pino';
import type { Clock } from '../async/clock.ts';

/** How often the process looks at what it has done since the last time. */
const lookEveryMs = 5000;
/** A share of that time. */
const rest = 0.02;
/** A minute: compiled code goes with the garbage that it was made for, and the next thousand requests take longer. */
const restsNeeded = 12;
/** Less is not worth a pause: a process that little is asked of does not grow by that much. */
const worthBytes = 64 * 1024 * 1024;

interface GivingBack {
  readonly clock: Clock;
  /** The share of the time since it was last called in which there was something to do, 0 to 1. */
  readonly busyShare: () => number;
  /** What the system has given to the process. */
  readonly residentBytes: () => number;
  /** Collects all garbage, however long that takes. */
  readonly collect: () => Promise<void>;
  readonly log: Logger;
}

/**
 * Lets go of the garbage of hard work once the process has been at rest for a minute: V8 collects no more than the next
 * allocation needs, so that a gateway that nobody asks would hold the memory of its busiest minute. Goes on for as long as
 * the process lives, and does not keep it alive.
 */
export function giveMemoryBack({ clock, busyShare, residentBytes, collect, log }: GivingBack): void {
  let rests = 0;
  /** What it held when there was nothing to give back. */
  let neededBytes = residentBytes();

  async function look(): Promise<void> {
    rests = busyShare() <= rest ? rests + 1 : 0;
    try {
      if (rests >= restsNeeded && residentBytes() - neededBytes >= worthBytes) await letGo();
    } catch (error) {
      // Without a file handle left the system cannot even be asked.
      log.debug({ err: error }, 'at rest: memory could not be given back');
    }
    clock.after(lookEveryMs, () => void look());
  }

  async function letGo(): Promise<void> {
    const heldBytes = residentBytes();
    // Where it fails, as well: until the process has grown again.
    neededBytes = heldBytes;
    const startedMs = clock.nowMs();
    await collect();
    const tookMs = Math.round(clock.nowMs() - startedMs);
    neededBytes = residentBytes();
    const givenBackMiB = Math.round((heldBytes - neededBytes) / 2 ** 20);
    log.debug({ tookMs, givenBackMiB }, 'at rest: memory was given back');
  }

  clock.after(lookEveryMs, () => void look());
}
