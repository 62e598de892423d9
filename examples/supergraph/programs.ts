import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';

const startWithinMs = 60_000;
const stopWithinMs = 10_000;
const lookEveryMs = 50;
const running = new Set<ChildProcess>();

export interface Program {
  readonly arguments: readonly string[];
  readonly directory: URL;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Answers HTTP once the program is ready. */
  readonly readyUrl: string;
}

/** Starts a Node program and resolves once it is ready. Only its stderr is passed on. */
export async function start({ arguments: words, directory, environment, readyUrl }: Program): Promise<void> {
  const child = spawn(process.execPath, words, {
    cwd: directory,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  running.add(child);
  child.once('exit', () => running.delete(child));

  const deadlineMs = performance.now() + startWithinMs;
  while (!(await answers(readyUrl))) {
    if (child.exitCode !== null) throw new Error(`${words.join(' ')} ended before it was ready`);
    if (performance.now() > deadlineMs) throw new Error(`${words.join(' ')} was not ready in time`);
    await new Promise((resolve) => {
      setTimeout(resolve, lookEveryMs);
    });
  }
}

/** Apollo Server requires the header to answer a GET. */
const answers = (url: string): Promise<boolean> =>
  fetch(url, { headers: { 'apollo-require-preflight': '1' } }).then(
    ({ ok }) => ok,
    () => false,
  );

/** A free port. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

/** Ends every program that was started here, by its id. */
export async function stopAll(): Promise<void> {
  await Promise.all([...running].map(stop));
}

async function stop(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit');
  const timer = setTimeout(() => child.kill('SIGKILL'), stopWithinMs);
  child.kill('SIGTERM');
  await gone;
  clearTimeout(timer);
}
