import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const repository = fileURLToPath(new URL('../..', import.meta.url));

const keptOutput = 4000;
const stopWithinMs = 5000;

/** A program that was started here. */
export interface Child {
  readonly pid: number;
  /** The end of its stderr. */
  complaints(): string;
  /** True once it has ended. */
  readonly ended: boolean;
  /** Resolves when it has ended for any reason. */
  readonly gone: Promise<void>;
  stop(): Promise<void>;
  /** Kills it: no clean-up is needed. */
  kill(): Promise<void>;
}

const running = new Set<number>();
process.once('exit', () => {
  for (const pid of running) kill(pid, 'SIGKILL');
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => process.exit(130));
}

/** Runs a program in the repository's folder, with only `environment`, PATH and HOME in its environment. */
export function startChild(
  program: string,
  words: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Child {
  const { PATH, HOME } = process.env;
  const child = spawn(program, words, {
    cwd: repository,
    env: { PATH, HOME, ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${program} could not be started`);
  running.add(pid);
  const gone = new Promise<void>((resolve) => {
    child.once('exit', () => {
      running.delete(pid);
      resolve();
    });
  });
  let complaints = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaints = (complaints + chunk.toString()).slice(-keptOutput);
  });
  return {
    pid,
    complaints: () => complaints,
    get ended() {
      return child.exitCode !== null || child.signalCode !== null;
    },
    gone,
    async stop() {
      if (child.exitCode === null && child.signalCode === null) kill(pid, 'SIGTERM');
      const timer = setTimeout(() => kill(pid, 'SIGKILL'), stopWithinMs);
      await gone;
      clearTimeout(timer);
    },
    async kill() {
      kill(pid, 'SIGKILL');
      await gone;
    },
  };
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has already ended.
  }
}
