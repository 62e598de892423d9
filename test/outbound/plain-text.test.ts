import { expect, test } from '@jest/globals';
import { startForwardProxy } from '../support/forward-proxy.ts';
import { startGateway } from '../support/start-gateway.ts';
import { example, found, lookup } from './through-proxy.ts';

const authorization = `Basic ${Buffer.from('gateway:p@ss').toString('base64')}`;

/** A gateway whose stand-in is asked in plain text through a proxy. */
async function startRelayed() {
  await using stack = new AsyncDisposableStack();
  const proxy = stack.use(await startForwardProxy());
  const gateway = stack.use(
    await startGateway({
      adjust: (config) => ({
        ...config,
        dingtalk: { ...config.dingtalk, proxy: { ...proxy.way, authorization } },
      }),
    }),
  );
  const open = stack.move();
  return { proxy, gateway, [Symbol.asyncDispose]: () => open.disposeAsync() };
}

test('plain http is asked by whole URLs, and the password stays with the proxy', async () => {
  await using under = await startRelayed();
  const { proxy, gateway } = under;

  expect((await gateway.query(lookup, example)).body).toEqual(found);

  const { url, calls } = gateway.upstream;
  expect(proxy.connects).toEqual([]);
  expect(proxy.relayed).toEqual([
    { url: `${url}/v1.0/oauth2/accessToken`, authorization },
    {
      url: `${url}/v1.0/convFile/conversations/spaces/query?unionId=chyxxxxx`,
      authorization,
    },
  ]);
  expect(calls.map(({ headers: { host } }) => host)).toEqual([new URL(url).host, new URL(url).host]);
  expect(gateway.log.join('')).not.toContain(authorization);
});

test('a proxy that asks for another password is named in the log', async () => {
  await using under = await startRelayed();
  under.proxy.refuseRelay(407);

  const { body } = await under.gateway.query(lookup, example);

  expect(body.errors?.[0]?.extensions).toEqual({ code: 'GATEWAY_MISCONFIGURED', retryable: false });
  expect(under.proxy.relayed).toHaveLength(1);
  expect(under.gateway.log.join('')).toContain(
    `the proxy ${under.proxy.way.url.origin} refused: 407 Proxy Authentication Required: ` +
      'correct user and password in HTTP_PROXY (Basic authentication)',
  );
});

test('a proxy that has gone is named in the log', async () => {
  await using under = await startRelayed();
  await under.proxy[Symbol.asyncDispose]();

  const { body } = await under.gateway.query(lookup, example);

  expect(body.errors?.[0]?.extensions).toEqual({ code: 'UPSTREAM_UNAVAILABLE', retryable: true });
  expect(under.gateway.log.join('')).toContain(
    `the proxy ${under.proxy.way.url.origin} cannot be reached: ECONNREFUSED`,
  );
});
