import { open, rm, stat } from 'node:fs/promises';
import type { Clock } from '../../async/clock.ts';

/** Work takes milliseconds: a lock that stays so long was left by a process that was killed. */
const staleMs = 10_000;

/** Runs `work` while this process has the lock. Undefined, without running it, while another one has it. */
export type WithLock = <T>(work: () => Promise<T>) => Promise<T | undefined>;

/** A lock between processes: a file that exists while one of them has it. Rejects where it cannot be written. */
export function createFileLock(file: string, clock: Clock): WithLock {
  /** The lock of another process, and when it was first seen here: the clock of the disk may be another one. */
  let seen = { identity: '', sinceMs: 0 };

  async function take(): Promise<boolean> {
    try {
      await (await open(file, 'wx', 0o600)).close();
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      return false;
    }
  }

  async function removeIfStale(): Promise<void> {
    const found = await stat(file).catch(() => undefined);
    if (!found) return;
    const identity = `${found.ino} ${found.mtimeMs}`;
    if (identity !== seen.identity) seen = { identity, sinceMs: clock.nowMs() };
    else if (clock.nowMs() - seen.sinceMs >= staleMs) await rm(file, { force: true });
  }

  return async (work) => {
    if (!(await take())) {
      await removeIfStale();
      return undefined;
    }
    try {
      return await work();
    } finally {
      // What is done is done: a lock that stays ends by itself.
      await rm(file, { force: true }).catch(() => undefined);
    }
  };
}
