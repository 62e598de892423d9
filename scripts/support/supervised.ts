import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';

interface Supervised {
  /** Resolves when the program has ended, or could not be started. */
  readonly ended: Promise<unknown>;
  /** Kills it, and removes its folder. */
  stop(): Promise<void>;
}

/** The end of a program that has its data in `folder`: at the latest that of this process, which may be interrupted. */
export function supervised(child: ChildProcess, folder: string): Supervised {
  const ended = once(child, 'close').catch(() => undefined);
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  return {
    ended,
    async stop() {
      process.off('exit', kill);
      kill();
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
