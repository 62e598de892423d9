import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';

/** A way to a server that can be made slow. */
export interface TcpProxy extends AsyncDisposable {
  readonly port: number;
  /** From now on every answer comes so much later; `Infinity`: never. */
  delay(ms: number): void;
}

export async function startTcpProxy(target: URL): Promise<TcpProxy> {
  let delayMs = 0;
  const sockets = new Set<net.Socket>();
  const server = net.createServer((client) => {
    const upstream = net.connect(Number(target.port), target.hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.pipe(upstream);
    upstream.on('data', (chunk) => {
      if (delayMs === 0) client.write(chunk);
      else if (delayMs !== Infinity) setTimeout(() => client.write(chunk), delayMs).unref();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    delay(ms) {
      delayMs = ms;
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
