import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { expect, test } from '@jest/globals';
import { createDrain } from '../../src/server/drain.ts';

test('a connection that has never sent anything is closed like an idle one', async () => {
  const server = http.createServer({ headersTimeout: 0, requestTimeout: 0 });
  const drain = createDrain(server, () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const silent = net.connect((server.address() as net.AddressInfo).port, '127.0.0.1');
  await once(server, 'connection');

  // Much longer than a test may take.
  await drain.finish(0, 600_000);

  if (!silent.closed) await once(silent, 'close');
  expect(silent.bytesRead).toBe(0);
});
