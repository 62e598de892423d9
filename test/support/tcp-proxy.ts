import { once } from 'node:events';
import net, { type AddressInfo, type Socket } from 'node:net';

/** How the proxy handles bytes: pass, delay or hold them, drop them, or refuse the connection. */
export type ProxyMode =
  { readonly kind: 'pass' | 'hold' | 'swallow' | 'refuse' } | { readonly kind: 'delay'; readonly ms: number };

export interface TcpProxy extends AsyncDisposable {
  readonly port: number;
  /** The number of accepted connections so far. */
  readonly connections: number;
  /** Changes the mode, for open connections too. */
  setMode(mode: ProxyMode): void;
  /** Ends every connection; new ones are accepted. */
  cut(): void;
}

/** A proxy to `port` on this machine with faults. `delay` and `hold` affect answers, `swallow` both directions. */
export async function startTcpProxy(port: number, listenOn = 0): Promise<TcpProxy> {
  let mode: ProxyMode = { kind: 'pass' };
  let connections = 0;
  const sockets = new Set<Socket>();
  const held: (() => void)[] = [];

  function keep(socket: Socket): Socket {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    return socket;
  }

  const server = net.createServer((client) => {
    connections += 1;
    if (mode.kind === 'refuse') {
      client.on('error', () => undefined);
      client.resetAndDestroy();
      return;
    }
    const target = keep(net.connect(port, '127.0.0.1'));
    keep(client);
    client.on('data', (chunk) => {
      if (mode.kind !== 'swallow') target.write(chunk);
    });
    target.on('data', (chunk) => {
      if (mode.kind === 'pass') client.write(chunk);
      if (mode.kind === 'hold') held.push(() => client.destroyed || client.write(chunk));
      if (mode.kind === 'delay') setTimeout(() => client.destroyed || client.write(chunk), mode.ms).unref();
    });
    client.on('close', () => target.destroy());
    target.on('close', () => client.destroy());
  });
  server.listen(listenOn, '127.0.0.1');
  await once(server, 'listening');

  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    get connections() {
      return connections;
    },
    setMode(next) {
      mode = next;
      if (next.kind === 'pass') for (const send of held.splice(0)) send();
      if (next.kind === 'refuse') cut();
    },
    cut,
    async [Symbol.asyncDispose]() {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}
