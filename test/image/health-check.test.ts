import http from 'node:http';
import { once } from 'node:events';
import { expect, test } from '@jest/globals';
import { startProcess } from '../support/gateway-process.ts';

/** A server whose `/healthz` has this status, or that answers nothing. */
async function startServer(host: string, status: number | undefined): Promise<http.Server> {
  const server = http.createServer(({ url, headers }, response) => {
    if (status === undefined) return;
    response.writeHead(url === '/healthz' && headers.host === '127.0.0.1' ? status : 404).end();
  });
  server.listen(0, host);
  await once(server, 'listening');
  return server;
}

async function check(environment: NodeJS.ProcessEnv): Promise<{ code: number | null; stderr: string }> {
  await using run = startProcess([process.execPath, 'scripts/image/health-check.mjs'], environment);
  return { code: await run.ended, stderr: run.output().stderr };
}

const portOf = (server: http.Server): string => String((server.address() as { port: number }).port);

test.each<[string, string, (port: string) => NodeJS.ProcessEnv]>([
  ['on every address', '::', (PORT) => ({ PORT })],
  ['HOST=::', '::', (PORT) => ({ PORT, HOST: '::' })],
  ['HOST=0.0.0.0, with blanks', '0.0.0.0', (PORT) => ({ PORT: ` ${PORT} `, HOST: ' 0.0.0.0\n' })],
  ['one address', '127.0.0.2', (PORT) => ({ PORT, HOST: '127.0.0.2' })],
  ['the admin port', '127.0.0.1', (ADMIN_PORT) => ({ ADMIN_PORT, PORT: '1', HOST: '::' })],
  ['the admin port of an address', '127.0.0.3', (ADMIN_PORT) => ({ ADMIN_PORT, ADMIN_HOST: '127.0.0.3' })],
  ['ADMIN_HOST without a port', '127.0.0.1', (PORT) => ({ PORT, ADMIN_PORT: '', ADMIN_HOST: '127.0.0.3' })],
])('it passes where the gateway listens: %s', async (_where, host, environment) => {
  const server = await startServer(host, 200);
  try {
    expect(await check(environment(portOf(server)))).toEqual({ code: 0, stderr: '' });
  } finally {
    server.close();
  }
});

test('it fails by status, and where nothing listens', async () => {
  const server = await startServer('127.0.0.1', 500);
  const PORT = portOf(server);

  expect(await check({ PORT })).toEqual({ code: 1, stderr: '/healthz: status 500\n' });
  server.close();
  await once(server, 'close');
  expect(await check({ PORT })).toEqual({
    code: 1,
    stderr: `/healthz: connect ECONNREFUSED 127.0.0.1:${PORT}\n`,
  });
});

test('it fails where no answer comes', async () => {
  const server = await startServer('127.0.0.1', undefined);
  try {
    expect(await check({ PORT: portOf(server) })).toEqual({
      code: 1,
      stderr: '/healthz: no answer within 2500 ms\n',
    });
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
