import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import net, { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, test } from '@jest/globals';

/** Where Debian's redis-server is installed, if it is. */
const program = (process.env['PATH'] ?? '')
  .split(':')
  .map((folder) => path.join(folder, 'redis-server'))
  .find((file) => {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });

if (program === undefined) {
  console.warn('Tests with Redis are skipped: install redis-server (Debian: apt-get install redis-server).');
}

/** A test that needs a real Redis: skipped with a plain word where `redis-server` is not installed. */
export const testWithRedis = program === undefined ? test.skip : test;

/** Those of tests that ran out of time before they could stop them. */
const running = new Set<() => Promise<void>>();
afterAll(async () => {
  await Promise.all([...running].map((stop) => stop()));
});

export interface RedisServer extends AsyncDisposable {
  readonly url: string;
  /** Ends it as a power cut would; everything it held is gone. */
  stop(): Promise<void>;
  /** Starts it anew on the same port, empty. */
  start(): Promise<void>;
}

/** A Redis of the test's own that keeps nothing on disk; `args` are further settings, such as `--maxmemory 1mb`. */
export async function startRedis(...args: readonly string[]): Promise<RedisServer> {
  const port = await freePort();
  const folder = await mkdtemp(path.join(tmpdir(), 'gateway-redis-'));
  let stopRunning: (() => Promise<void>) | undefined;

  async function start(): Promise<void> {
    const settings = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', folder];
    const child = spawn(program ?? '', [...settings, ...args], { stdio: ['ignore', 'pipe', 'ignore'] });
    const ended = once(child, 'exit');
    const stopThis = async (): Promise<void> => {
      running.delete(stopThis);
      child.kill('SIGKILL');
      await ended;
    };
    running.add(stopThis);
    stopRunning = stopThis;
    let output = '';
    for await (const chunk of child.stdout) {
      output += String(chunk);
      if (output.includes('Ready to accept connections')) break;
    }
    if (!output.includes('Ready to accept connections')) throw new Error(`redis-server: ${output}`);
  }
  async function stop(): Promise<void> {
    await stopRunning?.();
    stopRunning = undefined;
  }

  await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    start,
    stop,
    async [Symbol.asyncDispose]() {
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
