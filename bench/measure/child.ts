import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const repository = fileURLToPath(new URL('../..', import.meta.url));

const keptOutput = 4000;
const stopWithinMs = 5000;

/** A program that was started here. */
export interface Child {
  readonly pid: number;
  /** The last of what it wrote to stderr. */
  complaints(): string;
  /** True once it has ended. */
  readonly ended: boolean;
  /** Resolves when it has ended, of itself or not. */
  readonly gone: Promise<void>;
  stop(): Promise<void>;
  /** Ends it without asking: what it would tidy up is of no interest. */
  kill(): Promise<void>;
}

const running = new Set<number>();
process.once('exit', () => {
  for (const pid of running) kill(pid, 'SIGKILL');
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => process.exit(130));
}

/** Runs a program in the repository's folder with nothing in its environment but `environment`, PATH and HOME. */
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
    // It has ended by itself.
  }
}
