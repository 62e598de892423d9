import { expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { sandboxCredentials } from '../../src/sandbox/credentials.ts';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import { eventually } from '../support/eventually.ts';
import { audience, createSigningKey, issuer, startKeyServer } from '../support/issuer.ts';
import { testWithNetwork } from '../support/network/namespace.ts';
import { far, startNetwork } from '../support/network/network.ts';
import { startRedis, testWithRedis } from '../support/redis-server.ts';

const lookup = (id: string): string =>
  `{ conversationSpace(openConversationId: "${id}") { spaceId corpId } }`;
const example = lookup('cid9FTRQSLo+sKxxxx');
const found = {
  status: 200,
  body: { data: { conversationSpace: { spaceId: '798xxxxx', corpId: 'ding1234xxxxx' } } },
};

const live = {
  DINGTALK_API_URL: 'https://api.gateway.test',
  DINGTALK_APP_KEY: sandboxCredentials.appKey,
  DINGTALK_APP_SECRET: sandboxCredentials.appSecret,
  VIEWER_AUTH: 'fixed',
  DINGTALK_OPERATOR_UNION_ID: sandboxCredentials.operatorUnionId,
};
const byJwt = {
  VIEWER_AUTH: 'jwt',
  DINGTALK_OPERATOR_UNION_ID: '',
  VIEWER_JWKS_URL: 'https://keys.gateway.test:8443/jwks.json',
  VIEWER_JWT_ISSUER: issuer,
  VIEWER_JWT_AUDIENCE: audience,
};

const signingKey = await createSigningKey('first');
const nextKey = await createSigningKey('next');
const bearer = async ({ sign } = signingKey): Promise<{ authorization: string }> => ({
  authorization: `Bearer ${await sign()}`,
});

const portOf = (url: string): number => Number(new URL(url).port);

/** The stand-in and an issuer, both over TLS. */
async function startServers() {
  const upstream = await startSandbox({ callsPerSecond: Infinity });
  const keyServer = await startKeyServer(signingKey);
  const servers = [
    { port: 443, localPort: portOf(upstream.url), secure: true },
    { port: 8443, localPort: portOf(keyServer.url), secure: true },
  ];
  return {
    upstream,
    keyServer,
    servers,
    async [Symbol.asyncDispose]() {
      await upstream.close();
      await keyServer[Symbol.asyncDispose]();
    },
  };
}

interface Case {
  readonly name: string;
  readonly addresses: readonly string[];
  /** The addresses that the gateway tries for its first connection. */
  readonly tried: readonly string[];
}

const { near4, slow4, slow6, slower4, dropped4, dropped6, unroutable6, refusing6 } = far;

testWithNetwork.each<Case>([
  { name: '300 ms, and IPv6 without a route', addresses: [slow4, unroutable6], tried: [slow4] },
  { name: '800 ms, and IPv6 without a route', addresses: [slower4, unroutable6], tried: [slower4] },
  { name: '300 ms, and IPv6 that drops', addresses: [dropped6, slow4], tried: [dropped6, slow4] },
  { name: '300 ms, and IPv6 that refuses', addresses: [refusing6, slow4], tried: [slow4] },
  { name: 'IPv6 of 300 ms, and IPv4 that drops', addresses: [dropped4, slow6], tried: [slow6] },
  { name: 'two of IPv4, the first drops', addresses: [dropped4, slow4], tried: [dropped4, slow4] },
])('DingTalk is reached: $name', async ({ addresses, tried }) => {
  await using under = await startServers();
  await using network = await startNetwork(under.servers);
  await network.setNames({ 'api.gateway.test': addresses });
  await using gateway = await network.startGateway(live);

  expect(await gateway.post(example)).toEqual(found);

  expect(under.upstream.calls.map(({ api }) => api)).toEqual(['accessToken', 'conversationSpace']);
  // A first packet that gets no answer is repeated.
  expect([...new Set(network.tried)]).toEqual(tried);
});

testWithNetwork('the issuer is reached: 300 ms, and IPv6 without a route', async () => {
  await using under = await startServers();
  await using network = await startNetwork(under.servers);
  await network.setNames({
    'api.gateway.test': [near4],
    'keys.gateway.test': [slow4, unroutable6],
  });
  await using gateway = await network.startGateway({ ...live, ...byJwt });

  expect(await gateway.post(example, await bearer())).toEqual(found);

  expect(under.keyServer.requests).toBe(1);
  expect(network.tried).toContain(slow4);
});

const testWithNetworkAndRedis = testWithRedis === test.skip ? testWithRedis : testWithNetwork;

testWithNetworkAndRedis.each([
  { scheme: 'redis', secure: false },
  { scheme: 'rediss', secure: true },
])('Redis is reached over its second address: $scheme', async ({ scheme, secure }) => {
  await using redis = await startRedis();
  const localPort = portOf(redis.url);
  await using under = await startServers();
  await using network = await startNetwork([...under.servers, { port: 6379, localPort, secure }]);
  await network.setNames({ 'api.gateway.test': [near4], 'redis.gateway.test': [dropped6, near4] });
  await using gateway = await network.startGateway({
    ...live,
    REDIS_URL: `${scheme}://redis.gateway.test`,
  });
  const client = new Redis(redis.url);

  try {
    // Ours, and the gateway's two.
    await eventually(async () => (await client.info('clients')).includes('connected_clients:3'));
    expect(await gateway.post(example)).toEqual(found);
    await eventually(async () => (await client.dbsize()) > 0);
  } finally {
    client.disconnect();
  }
});

testWithNetwork('while lookups of DingTalk hang, other names are found', async () => {
  await using under = await startServers();
  await using network = await startNetwork(under.servers);
  const names = { 'keys.gateway.test': [near4] };
  await network.setNames({ ...names, 'api.gateway.test': [near4] });
  await using gateway = await network.startGateway({
    ...live,
    ...byJwt,
    UPSTREAM_TIMEOUT_MS: '1500',
    CACHE_TTL_MS: '60000',
  });
  const remembered = await gateway.post(example, await bearer());

  await network.setNames(names);
  network.cut();
  const late = await Promise.all(
    Array.from({ length: 10 }, async (_, index) => gateway.post(lookup(`cid.demo.${index}`), await bearer())),
  );
  under.keyServer.publish(nextKey);
  const withNextKey = await gateway.post(example, await bearer(nextKey));

  expect(remembered).toEqual(found);
  expect(network.unansweredLookups).toBeGreaterThan(0);
  expect(late).toEqual(
    Array.from({ length: 10 }, () => ({
      status: 200,
      body: {
        data: { conversationSpace: null },
        errors: [
          {
            message: 'DingTalk did not answer in time: try again.',
            locations: [{ line: 1, column: 3 }],
            path: ['conversationSpace'],
            extensions: { code: 'UPSTREAM_TIMEOUT', retryable: true },
          },
        ],
      },
    })),
  );
  expect(withNextKey).toEqual(found);
  expect(under.keyServer.requests).toBe(2);
});

testWithNetwork('while lookups of Redis hang, DingTalk is found', async () => {
  await using under = await startServers();
  await using network = await startNetwork(under.servers);
  await network.setNames({ 'api.gateway.test': [near4] });
  await using gateway = await network.startGateway({
    ...live,
    REDIS_URL: 'redis://redis.gateway.test',
  });

  expect(await gateway.post(example)).toEqual(found);

  expect(network.unansweredLookups).toBeGreaterThan(0);
});
