import { once } from 'node:events';
import net from 'node:net';
import path from 'node:path';
import tls from 'node:tls';
import { selfSignedForNames } from '../self-signed.ts';

/** A server on this machine's loopback, as the namespace sees it: on `port` of every address that answers. */
export interface FarServer {
  readonly port: number;
  readonly localPort: number;
  /** TLS in front of it, with the certificate for names. */
  readonly secure: boolean;
}

/** Servers behind Unix sockets in `folder`: a namespace shares these with this process, but no TCP. */
export interface Fronts {
  /** Returns the path of the socket. */
  open(server: FarServer): Promise<string>;
  /** Ends every connection; new ones are accepted. */
  cut(): void;
  close(): void;
}

export function createFronts(folder: string): Fronts {
  const fronts: net.Server[] = [];
  const sockets = new Set<net.Socket>();
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };

  return {
    async open({ localPort, secure }) {
      const pass = (near: net.Socket): void => {
        const server = net.connect(localPort, '127.0.0.1');
        sockets.add(near);
        near
          .on('error', () => undefined)
          .on('close', () => {
            sockets.delete(near);
            server.destroy();
          });
        server.on('error', () => undefined).on('close', () => near.destroy());
        near.pipe(server).pipe(near);
      };
      const front = secure ? tls.createServer(selfSignedForNames, pass) : net.createServer(pass);
      fronts.push(front);
      const socket = path.join(folder, `server-${fronts.length}.sock`);
      front.listen(socket);
      await once(front, 'listening');
      return socket;
    },
    cut,
    close() {
      cut();
      for (const front of fronts) front.close();
    },
  };
}
