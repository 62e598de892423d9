import { once } from 'node:events';
import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import net, { type AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import tls from 'node:tls';
import type { ForwardProxy } from '../../src/domain/forward-proxy.ts';
import { selfSigned } from './self-signed.ts';

/** What a proxy does with a request to connect. */
export type ProxyFault = (socket: Duplex, request: IncomingMessage) => void;

export interface ForwardProxyUnderTest extends AsyncDisposable {
  /** As the gateway has it from its configuration. */
  readonly way: ForwardProxy;
  /** The requests to connect so far, in their order. */
  readonly connects: readonly { readonly target: string; readonly authorization: string | undefined }[];
  /** Requests in plain text so far, with the whole URL of each. */
  readonly relayed: readonly { readonly url: string; readonly authorization: string | undefined }[];
  /** Handles every later request to connect; undefined: it is served. */
  setFault(fault: ProxyFault | undefined): void;
  /** The same for requests in plain text, by their status. */
  refuseRelay(status: number | undefined): void;
  /** The connections to it that are open. */
  readonly open: number;
  waitForConnects(count: number): Promise<void>;
  /** Ends every tunnel; new ones are opened. */
  cut(): void;
}

/** A forward proxy on loopback. */
export async function startForwardProxy(scheme: 'http' | 'https' = 'http'): Promise<ForwardProxyUnderTest> {
  const connects: { target: string; authorization: string | undefined }[] = [];
  const relayed: { url: string; authorization: string | undefined }[] = [];
  const sockets = new Set<Duplex>();
  let fault: ProxyFault | undefined;
  let relayStatus: number | undefined;
  const server = scheme === 'https' ? https.createServer(selfSigned) : http.createServer();
  const keep = (socket: Duplex): void => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
  };

  const near = new Set<net.Socket>();
  server.on('connection', (socket: net.Socket) => {
    keep(socket);
    near.add(socket);
    socket.on('close', () => near.delete(socket));
  });
  server.on('connect', (request: IncomingMessage, client: Duplex) => {
    connects.push({ target: request.url ?? '', authorization: request.headers['proxy-authorization'] });
    server.emit('asked');
    keep(client);
    if (fault) {
      // So that its end is noticed.
      client.resume().on('end', () => client.destroy());
      fault(client, request);
      return;
    }
    const [host, port] = (request.url ?? '').split(':');
    const far = net.connect(Number(port), host, () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      client.pipe(far).pipe(client);
    });
    keep(far);
    far.on('close', () => client.destroy());
    client.on('close', () => far.destroy());
  });
  server.on('request', (request: IncomingMessage, response: http.ServerResponse) => {
    const { 'proxy-authorization': authorization, ...headers } = request.headers;
    relayed.push({ url: request.url ?? '', authorization });
    if (relayStatus !== undefined) {
      response.writeHead(relayStatus).end('<html></html>');
      return;
    }
    const onward = http.request(request.url ?? '', { method: request.method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    request.pipe(onward);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    way: {
      url: new URL(`${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`),
      authorization: undefined,
    },
    connects,
    relayed,
    setFault(next) {
      fault = next;
    },
    refuseRelay(status) {
      relayStatus = status;
    },
    get open() {
      return near.size;
    },
    async waitForConnects(count) {
      while (connects.length < count) await once(server, 'asked');
    },
    cut,
    async [Symbol.asyncDispose]() {
      cut();
      if (!server.listening) return;
      server.close();
      await once(server, 'close');
    },
  };
}

/** A server of TLS on loopback in front of `port`, with the certificate for 127.0.0.1. */
export async function startTlsFront(port: number): Promise<AsyncDisposable & { readonly url: URL }> {
  const sockets = new Set<net.Socket>();
  const server = tls.createServer(selfSigned, (near) => {
    const far = net.connect(port, '127.0.0.1');
    sockets.add(near);
    near
      .on('error', () => undefined)
      .on('close', () => {
        sockets.delete(near);
        far.destroy();
      });
    far.on('error', () => undefined).on('close', () => near.destroy());
    near.pipe(far).pipe(near);
  });
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: new URL(`https://127.0.0.1:${(server.address() as AddressInfo).port}`),
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
