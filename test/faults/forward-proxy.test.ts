import { expect } from '@jest/globals';
import { sandboxCredentials } from '../../src/sandbox/credentials.ts';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import { eventually } from '../support/eventually.ts';
import { audience, createSigningKey, issuer, startKeyServer } from '../support/issuer.ts';
import {
  password,
  startSquid,
  startTinyproxy,
  testWithSquid,
  testWithTinyproxy,
} from '../support/network/forward-proxies.ts';
import { far, startNetwork, type GatewayInNetwork } from '../support/network/network.ts';

const lookup = (id: string): string => `{ conversationSpace(openConversationId: "${id}") { spaceId } }`;
const example = lookup('cid9FTRQSLo+sKxxxx');
const found = { status: 200, body: { data: { conversationSpace: { spaceId: '798xxxxx' } } } };
const names = { 'api.gateway.test': far.near4, 'keys.gateway.test': far.near4 };

const nearby = { 'api.gateway.test': [far.near4], 'keys.gateway.test': [far.near4] };

const signingKey = await createSigningKey('first');
const nextKey = await createSigningKey('next');
const bearer = { authorization: `Bearer ${await signingKey.sign()}` };

const live = {
  NODE_ENV: 'production',
  DINGTALK_API_URL: 'https://api.gateway.test',
  DINGTALK_APP_KEY: sandboxCredentials.appKey,
  DINGTALK_APP_SECRET: sandboxCredentials.appSecret,
  VIEWER_AUTH: 'jwt',
  VIEWER_JWKS_URL: 'https://keys.gateway.test:8443/jwks.json',
  VIEWER_JWT_ISSUER: issuer,
  VIEWER_JWT_AUDIENCE: audience,
  CACHE_TTL_MS: '0',
  HTTPS_PROXY: `http://${password.inUrl}@127.0.0.1:3128`,
  HTTP_PROXY: 'http://127.0.0.1:9',
  // Decides nothing here.
  NODE_USE_ENV_PROXY: '1',
};

const portOf = (url: string): number => Number(new URL(url).port);

/** The stand-in and an issuer, both over TLS, in a network of their own. */
async function startWorld() {
  await using stack = new AsyncDisposableStack();
  const upstream = await startSandbox({ callsPerSecond: Infinity });
  stack.defer(() => upstream.close());
  const keyServer = stack.use(await startKeyServer(signingKey));
  const network = stack.use(
    await startNetwork([
      { port: 443, localPort: portOf(upstream.url), secure: true },
      { port: 8443, localPort: portOf(keyServer.url), secure: true },
    ]),
  );
  const open = stack.move();
  return { upstream, keyServer, network, [Symbol.asyncDispose]: () => open.disposeAsync() };
}

const ask = (gateway: GatewayInNetwork, query = example) => gateway.post(query, bearer);

/** Ends the gateway and with it its tunnels, and returns what it has printed. */
async function stop({ process }: GatewayInNetwork): Promise<string> {
  process.child.kill('SIGTERM');
  expect(await process.ended).toBe(0);
  return process.output().stdout;
}

const tokenOf = (calls: readonly { readonly headers: NodeJS.Dict<string | string[]> }[]): string =>
  String(calls.at(-1)?.headers['x-acs-dingtalk-access-token']);

testWithSquid('squid, which alone can reach DingTalk and the issuer, sees one tunnel to each', async () => {
  await using world = await startWorld();
  const { upstream, keyServer, network } = world;
  // Not even their addresses are known to the gateway.
  const squid = await startSquid(network, names);
  await using gateway = await network.startGateway(live);

  for (let index = 0; index < 10; index += 1) {
    expect(await ask(gateway, lookup(`cid.demo.${index}`))).toMatchObject({ status: 200 });
  }
  expect(await ask(gateway)).toEqual(found);
  const printed = await stop(gateway);

  const connected = () => squid.log().match(/ CONNECT \S+ \S+ /g) ?? [];
  await eventually(() => connected().length === 2);
  expect(connected().toSorted()).toEqual([
    ' CONNECT api.gateway.test:443 us@er ',
    ' CONNECT keys.gateway.test:8443 us@er ',
  ]);
  expect(upstream.calls).toHaveLength(12);
  expect(keyServer.requests).toBe(1);
  const headers = upstream.calls.flatMap((call) => Object.keys(call.headers));
  expect(headers.filter((name) => name.startsWith('proxy-'))).toEqual([]);
  const token = tokenOf(upstream.calls);
  expect(token.length).toBeGreaterThan(10);
  for (const secret of [token, sandboxCredentials.appSecret, bearer.authorization.slice(7)]) {
    expect(squid.log()).not.toContain(secret);
  }
  expect(printed).toContain(
    '"forward proxy: https://api.gateway.test: http://127.0.0.1:3128, https://keys.gateway.test:8443: http://127.0.0.1:3128"',
  );
  for (const secret of [password.word, password.inUrl, password.user, 'Basic ']) {
    expect(printed).not.toContain(secret);
  }
});

testWithSquid('a wrong password, a forbidden host and an unknown one are reasons in the log', async () => {
  await using world = await startWorld();
  const { upstream, network } = world;
  const squid = await startSquid(network, { ...names, 'forbidden.gateway.test': far.near4 });
  const reasonWith = async (environment: NodeJS.ProcessEnv): Promise<string | undefined> => {
    await using gateway = await network.startGateway({ ...live, ...environment });
    expect(await ask(gateway)).toMatchObject({ body: { data: { conversationSpace: null } } });
    return /"msg":"the forward proxy gives no connection"/.test(gateway.process.output().stdout)
      ? /"reason":"([^"]+)"/.exec(gateway.process.output().stdout)?.[1]
      : undefined;
  };
  const NO_PROXY = 'keys.gateway.test:8443';
  await network.setNames({ 'keys.gateway.test': [far.near4] });

  const proxy = 'the proxy http://127.0.0.1:3128 refused:';
  expect(await reasonWith({ NO_PROXY, HTTPS_PROXY: 'http://us%40er:guess@127.0.0.1:3128' })).toBe(
    `${proxy} 407 Proxy Authentication Required: correct user and password in HTTPS_PROXY (Basic authentication)`,
  );
  expect(await reasonWith({ NO_PROXY, DINGTALK_API_URL: 'https://forbidden.gateway.test' })).toBe(
    `${proxy} 403 Forbidden: let it pass requests for forbidden.gateway.test:443`,
  );
  // Its port is closed.
  expect(await reasonWith({ NO_PROXY, DINGTALK_API_URL: 'https://api.gateway.test:444' })).toBe(
    `${proxy} 503 Service Unavailable: it cannot reach api.gateway.test:444`,
  );
  expect(upstream.calls).toEqual([]);
  expect(squid.log()).not.toContain('keys.gateway.test');
});

testWithSquid('squid hangs, dies and returns: lookups fail in time, and recover', async () => {
  await using world = await startWorld();
  const { upstream, network } = world;
  const squid = await startSquid(network, names);
  await using gateway = await network.startGateway({ ...live, UPSTREAM_TIMEOUT_MS: '1500' });
  expect(await ask(gateway)).toEqual(found);

  squid.pause();
  expect(await ask(gateway)).toMatchObject({
    body: {
      data: { conversationSpace: null },
      errors: [{ extensions: { code: 'UPSTREAM_TIMEOUT', retryable: true } }],
    },
  });
  squid.resume();
  expect(await ask(gateway)).toEqual(found);
  await squid.kill();
  expect(await ask(gateway)).toMatchObject({
    body: {
      data: { conversationSpace: null },
      errors: [{ extensions: { code: 'UPSTREAM_UNAVAILABLE', retryable: true } }],
    },
  });
  expect(gateway.process.output().stdout).toContain(
    'the proxy http://127.0.0.1:3128 cannot be reached: ECONNREFUSED',
  );
  await startSquid(network, names);
  upstream.clearCalls();
  expect(await ask(gateway)).toEqual(found);

  expect(upstream.calls).toHaveLength(1);
  expect(gateway.process.output().stdout).toContain('the forward proxy gives connections again');
});

testWithTinyproxy('tinyproxy, and NO_PROXY for the issuer', async () => {
  await using world = await startWorld();
  const { upstream, keyServer, network } = world;
  await network.setNames({ 'api.gateway.test': [far.near4], 'keys.gateway.test': [far.slow4] });
  const tinyproxy = await startTinyproxy(network);
  await using gateway = await network.startGateway({
    ...live,
    HTTPS_PROXY: '',
    https_proxy: 'http://gateway:simple@127.0.0.1:3128',
    no_proxy: '*.dingtalk.io, keys.gateway.test:8443',
  });

  for (const id of ['cid.demo.1', 'cid.demo.2'])
    expect(await ask(gateway, lookup(id))).toMatchObject({ status: 200 });
  expect(await ask(gateway)).toEqual(found);
  const printed = await stop(gateway);

  expect(tinyproxy.log().match(/CONNECT \S+ HTTP/g)).toEqual(['CONNECT api.gateway.test:443 HTTP']);
  expect(upstream.calls).toHaveLength(4);
  expect(keyServer.requests).toBe(1);
  expect(network.tried).toContain(far.slow4);
  expect(tinyproxy.log()).not.toContain(tokenOf(upstream.calls));
  expect(printed).toContain(
    '"forward proxy: https://api.gateway.test: http://127.0.0.1:3128, https://keys.gateway.test:8443: none"',
  );
});

testWithTinyproxy("while lookups of the proxy's name hang, other names are found", async () => {
  await using world = await startWorld();
  const { keyServer, network } = world;
  await network.setNames({ ...nearby, 'proxy.gateway.test': ['127.0.0.1'] });
  const tinyproxy = await startTinyproxy(network);
  await using gateway = await network.startGateway({
    ...live,
    UPSTREAM_TIMEOUT_MS: '1500',
    HTTPS_PROXY: 'http://gateway:simple@proxy.gateway.test:3128',
    NO_PROXY: 'keys.gateway.test',
  });
  expect(await ask(gateway)).toEqual(found);

  await network.setNames(nearby);
  network.cut();
  const late = await Promise.all(
    Array.from({ length: 10 }, async (_, index) => ask(gateway, lookup(`cid.demo.${index}`))),
  );
  keyServer.publish(nextKey);
  const withNextKey = await gateway.post(example, { authorization: `Bearer ${await nextKey.sign()}` });

  for (const answer of late) {
    expect(answer).toMatchObject({ body: { errors: [{ extensions: { code: 'UPSTREAM_TIMEOUT' } }] } });
  }
  expect(withNextKey).toMatchObject({ status: 200, body: { data: { conversationSpace: null } } });
  expect(keyServer.requests).toBe(2);
  expect(network.unansweredLookups).toBeGreaterThan(0);
  expect(tinyproxy.log()).not.toContain('keys.gateway.test');
});
