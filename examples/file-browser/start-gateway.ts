import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../scripts/support/free-port.ts';

const repository = new URL('../../', import.meta.url);
const startWithinMs = 60_000;
const stopWithinMs = 10_000;
const lookEveryMs = 100;

export interface StartingGateway {
  readonly url: string;
  /** Resolves once it answers. */
  readonly ready: Promise<void>;
  readonly stop: () => Promise<void>;
}

/**
 * Starts the gateway from its sources on a free port. It gets its variables from this process: without credentials it
 * uses its stand-in DingTalk.
 */
export async function startGateway(): Promise<StartingGateway> {
  const origin = `http://127.0.0.1:${await freePort()}`;
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/main.ts'], {
    cwd: fileURLToPath(repository),
    env: { ...process.env, HOST: '127.0.0.1', PORT: new URL(origin).port, IDE: 'off' },
    // Its log is left out; why it does not start is said on stderr.
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return { url: `${origin}/graphql`, ready: untilReady(child, origin), stop: () => end(child) };
}

async function untilReady(child: ChildProcess, origin: string): Promise<void> {
  const deadlineMs = performance.now() + startWithinMs;
  while (!(await answers(`${origin}/healthz`))) {
    if (child.exitCode !== null) throw new Error('The gateway ended before it was ready');
    if (performance.now() > deadlineMs) throw new Error('The gateway was not ready in time');
    await sleep(lookEveryMs);
  }
}

const answers = (url: string): Promise<boolean> =>
  fetch(url).then(
    ({ ok }) => ok,
    () => false,
  );

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  const timer = setTimeout(() => child.kill('SIGKILL'), stopWithinMs);
  child.kill('SIGTERM');
  await gone;
  clearTimeout(timer);
}
