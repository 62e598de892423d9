import http from 'node:http';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { expect, jest, test } from '@jest/globals';
import { fastify } from 'fastify';
import { listen } from '../../src/process/listen.ts';
import { sandboxCredentials } from '../../src/sandbox/credentials.ts';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import { problemLines } from '../support/log-lines.ts';
import { startProcess } from '../support/gateway-process.ts';

const gateway = [process.execPath, 'dist/main.js'];
const query = '{ conversationSpace(openConversationId: "cid9FTRQSLo+sKxxxx") { spaceId } }';
const found = [200, { data: { conversationSpace: { spaceId: '798xxxxx' } } }];

/** The answer to `query` from one address, or the code of the failure to connect. */
async function askAt(address: string, url: string, hostHeader?: string): Promise<unknown> {
  const { port } = new URL(url);
  const headers = { 'content-type': 'application/json', ...(hostHeader && { host: hostHeader }) };
  const request = http.request({ host: address, port, method: 'POST', path: '/graphql', headers });
  request.end(JSON.stringify({ query }));
  try {
    const [response] = (await once(request, 'response')) as [http.IncomingMessage];
    return [response.statusCode, JSON.parse(await text(response))];
  } catch (error) {
    return (error as NodeJS.ErrnoException).code;
  }
}

const production = { NODE_ENV: 'production', DINGTALK_MODE: 'sandbox', ALLOW_ANONYMOUS: '1', PORT: '0' };

test('in production both families are served by default, and logged as one address', async () => {
  await using run = startProcess(gateway, production);
  const url = await run.url;

  expect(url).toMatch(/^http:\/\/localhost:\d+\/graphql$/);
  expect(await askAt('127.0.0.1', url)).toEqual(found);
  expect(await askAt('::1', url)).toEqual(found);
  // A pod that has an IPv6 address only, by that address and by the mapped one of IPv4.
  expect(await askAt('::1', url, '[fd00::5]:4000')).toEqual(found);
  expect(await askAt('::1', url, '[::ffff:10.0.0.5]:4000')).toEqual(found);
});

test.each([
  ['0.0.0.0', found, 'ECONNREFUSED'],
  ['127.0.0.1', found, 'ECONNREFUSED'],
  ['::1', 'ECONNREFUSED', found],
  ['[::]', found, found],
])('on HOST=%s', async (HOST, over4, over6) => {
  await using run = startProcess(gateway, { ...production, HOST });
  const url = await run.url;

  expect(await askAt('127.0.0.1', url)).toEqual(over4);
  expect(await askAt('::1', url)).toEqual(over6);
});

test('in development only the loopback of IPv4 is served', async () => {
  await using run = startProcess(gateway, { PORT: '0' });
  const url = await run.url;

  expect(await askAt('127.0.0.1', url)).toEqual(found);
  expect(await askAt('::1', url)).toBe('ECONNREFUSED');
});

/** A server whose first attempt to listen fails, as where the family of the address is missing. */
function failingOnce(code: string) {
  const app = fastify();
  app.get('/', async () => 'here');
  jest.spyOn(app.server, 'listen').mockImplementationOnce(() => {
    process.nextTick(() => app.server.emit('error', Object.assign(new Error(code), { code })));
    return app.server;
  });
  return app;
}

test('HOST=localhost is one server, on the loopback of IPv4', async () => {
  await using app = fastify();
  const listening = jest.spyOn(app, 'listen');

  const url = await listen(app, { host: 'localhost', port: 0 });

  expect(listening.mock.calls).toEqual([[expect.objectContaining({ host: '127.0.0.1' })]]);
  expect(url).toMatch(/^http:\/\/localhost:\d+$/);
});

test('without the loopback of IPv4 it is on that of IPv6', async () => {
  await using app = failingOnce('EADDRNOTAVAIL');

  const url = await listen(app, { host: 'localhost', port: 0 });

  expect(app.server.address()).toMatchObject({ address: '::1' });
  expect(await (await fetch(url!.replace('localhost', '[::1]'))).text()).toBe('here');
});

test.each(['EAFNOSUPPORT', 'EADDRNOTAVAIL'])(
  'without IPv6 (%s) `::` is every address of IPv4',
  async (code) => {
    const app = failingOnce(code);

    const url = await listen(app, { host: '::', port: 0 });

    expect(app.server.address()).toMatchObject({ family: 'IPv4', address: '0.0.0.0' });
    expect(await (await fetch(url!.replace('localhost', '127.0.0.1'))).text()).toBe('here');
    await app.close();
  },
);

test('plain http beyond loopback works once it is allowed, with a warning at each start', async () => {
  await using upstream = { ...(await startSandbox()), [Symbol.asyncDispose]: () => upstream.close() };
  // To Linux the address of this machine, and to the gateway one beyond loopback.
  const url = upstream.url.replace('127.0.0.1', '0.0.0.0');
  const environment = {
    DINGTALK_API_URL: url,
    DINGTALK_APP_KEY: sandboxCredentials.appKey,
    DINGTALK_APP_SECRET: sandboxCredentials.appSecret,
    DINGTALK_OPERATOR_UNION_ID: sandboxCredentials.operatorUnionId,
    VIEWER_AUTH: 'fixed',
    PORT: '0',
  };

  await using refused = startProcess(gateway, environment);
  expect(await refused.ended).toBe(78);
  expect(upstream.calls).toHaveLength(0);

  for (let start = 0; start < 2; start += 1) {
    await using run = startProcess(gateway, { ...environment, ALLOW_PLAINTEXT_SECRETS: '1' });
    expect(await askAt('127.0.0.1', await run.url)).toEqual(found);
    const warnings = problemLines(run.output().stdout.trim().split('\n'));
    expect(warnings.map(({ msg }) => msg)).toEqual([
      'ALLOW_PLAINTEXT_SECRETS=1: everyone on the way to DINGTALK_API_URL reads the secret of the app, tokens and links, and can change answers',
    ]);
  }
});
