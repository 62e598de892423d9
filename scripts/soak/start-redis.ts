import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import net, { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A Redis for the time of the soak. Throws a clear error where `redis-server` is not installed. */
export async function startRedis(): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const probe = net.createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  const folder = await mkdtemp(path.join(tmpdir(), 'soak-redis-'));
  const settings = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', folder];
  const child = spawn('redis-server', settings, { stdio: ['ignore', 'pipe', 'ignore'] });
  const ended = once(child, 'exit').catch(() => undefined);
  try {
    await new Promise<void>((resolve, reject) => {
      child.once('error', () =>
        reject(new Error('--redis needs redis-server: apt-get install redis-server')),
      );
      child.once('exit', () => reject(new Error('redis-server ended at once')));
      child.stdout.on('data', (chunk: Buffer) => {
        if (chunk.includes('Ready to accept connections')) resolve();
      });
    });
  } catch (error) {
    await rm(folder, { recursive: true });
    throw error;
  }
  return {
    url: `redis://127.0.0.1:${port}`,
    async stop() {
      child.kill('SIGKILL');
      await ended;
      await rm(folder, { recursive: true });
    },
  };
}
