import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

const startWithinMs = 60_000;
const answerWithinMs = 5000;
const stopWithinMs = 10_000;
const lookEveryMs = 50;
const running = new Set<ChildProcess>();
let stopping = false;

const { promise: ended, reject } = Promise.withResolvers<never>();
ended.catch(() => {});
/** Rejects with its name once a program ends that was not stopped. */
export const firstEnd: Promise<never> = ended;

export interface Program {
  readonly name: string;
  readonly arguments: readonly string[];
  readonly directory: URL;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Answers HTTP once the program is ready. */
  readonly readyUrl: string;
}

/** Starts a Node program and resolves once it is ready. Only its stderr is passed on. It ends with this process. */
export async function start({
  name,
  arguments: words,
  directory,
  environment,
  readyUrl,
}: Program): Promise<void> {
  if (stopping) throw new Error('The programs are being stopped');
  const endWithParent = new URL('end-with-parent.mjs', import.meta.url).href;
  const child = spawn(process.execPath, ['--import', endWithParent, ...words], {
    cwd: directory,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  running.add(child);
  child.once('error', (error) => reject(new Error(`${name} does not start`, { cause: error })));
  child.once('exit', (exitCode, signal) => {
    running.delete(child);
    if (!stopping) reject(new Error(`${name} ended by ${signal ?? `exit code ${exitCode}`}`));
  });

  const deadlineMs = performance.now() + startWithinMs;
  while (!(await answers(readyUrl))) {
    if (!running.has(child)) throw new Error(`${name} ended before it was ready`);
    if (performance.now() > deadlineMs)
      throw new Error(`${name} was not ready within ${startWithinMs / 1000} s`);
    await new Promise((resolve) => {
      setTimeout(resolve, lookEveryMs);
    });
  }
}

/** Apollo Server requires the header to answer a GET. */
const answers = (url: string): Promise<boolean> =>
  fetch(url, {
    headers: { 'apollo-require-preflight': '1' },
    signal: AbortSignal.timeout(answerWithinMs),
  }).then(
    ({ ok }) => ok,
    () => false,
  );

/** Ends every program that was started here, by its id. None starts afterwards. */
export async function stopAll(): Promise<void> {
  stopping = true;
  await Promise.all([...running].map(stop));
}

async function stop(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit');
  const timer = setTimeout(() => child.kill('SIGKILL'), stopWithinMs);
  child.kill('SIGTERM');
  await gone;
  clearTimeout(timer);
}
