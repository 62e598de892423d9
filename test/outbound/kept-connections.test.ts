import { once } from 'node:events';
import https from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import tls from 'node:tls';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { systemClock } from '../../src/async/clock.ts';
import { createConnections, type Connections } from '../../src/outbound/connections.ts';
import { selfSigned } from '../support/self-signed.ts';

const usual = tls.getCACertificates('default');
beforeAll(() => tls.setDefaultCACertificates([...usual, selfSigned.cert]));
afterAll(() => tls.setDefaultCACertificates(usual));

const burst = 60;

/** An HTTPS server that answers a burst once all of its requests have arrived, and counts its connections. */
async function startCounted() {
  let waiting: (() => void)[] = [];
  const counts = { connections: 0, resumed: 0 };
  const server = https.createServer({ ...selfSigned, keepAliveTimeout: 60_000 }, (request, response) => {
    request.resume();
    waiting.push(() => response.end('{}'));
    if (waiting.length < burst) return;
    for (const answer of waiting) answer();
    waiting = [];
  });
  server.on('secureConnection', (socket) => {
    counts.connections += 1;
    if (socket.isSessionReused()) counts.resumed += 1;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const connections = createConnections(new URL(`https://127.0.0.1:${port}`), systemClock);
  return {
    connections,
    counts,
    /** As a host does with connections that were idle for too long. Resolves once `sockets` have noticed. */
    async closeIdle(sockets: readonly Socket[]) {
      const closed = sockets.map((socket) => once(socket, 'close'));
      server.closeIdleConnections();
      await Promise.all(closed);
    },
    async [Symbol.asyncDispose]() {
      connections.close();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** The sockets of the calls. */
const sendBurst = (connections: Connections): Promise<Socket[]> =>
  Promise.all(
    Array.from({ length: burst }, async () => {
      const call = { method: 'POST', path: '/calls', headers: {}, body: '{}', newConnection: false };
      const request = connections.send(call);
      const socketed = once(request, 'socket');
      const [response] = (await once(request, 'response')) as [NodeJS.ReadableStream];
      response.resume();
      await once(response, 'end');
      return (await socketed)[0] as Socket;
    }),
  );

test('sixty calls at once, five times in a row, take sixty connections', async () => {
  await using server = await startCounted();

  for (let count = 0; count < 5; count += 1) await sendBurst(server.connections);

  expect(server.counts).toEqual({ connections: burst, resumed: 0 });
});

test('connections after the host has closed the idle ones resume their TLS session', async () => {
  await using server = await startCounted();

  await server.closeIdle(await sendBurst(server.connections));
  await sendBurst(server.connections);

  expect(server.counts).toEqual({ connections: 2 * burst, resumed: burst });
});
