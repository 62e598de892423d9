import { once } from 'node:events';
import net from 'node:net';

/** Below the ports that Linux gives to connections, one of which could take it before it is listened on. */
const first = 12_000;
const last = 31_999;
const given = new Set<number>();

/** A free port of this machine, no two calls of one process the same. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = first + Math.floor(Math.random() * (last - first + 1));
    if (given.has(port) || !(await isFree(port))) continue;
    given.add(port);
    return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = net.createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}
