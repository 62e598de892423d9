import { expect, test } from '@jest/globals';
import { samplesOf, scrape } from '../metrics/scrape.ts';
import { startCachedGateway, type CachedGateway } from '../support/cached-gateway.ts';

const ids = Array.from({ length: 30 }, (_, index) => `cid.demo.${index}`);
const quotaSpent = { kind: 'error', code: 'Forbidden.AccessDenied.ApiCountLimitForOrg' } as const;

async function readyz({ url }: { readonly url: string }): Promise<unknown> {
  const response = await fetch(`${url}/readyz`);
  return [response.status, await response.json()];
}
const ready = [200, { status: 'ready' }];
const noToken = [503, { status: 'not ready', reasons: ['cannot get an access token from DingTalk'] }];

async function statusOf({ url }: { readonly url: string }): Promise<any> {
  return (await fetch(`${url}/status`)).json();
}

/** A gateway that remembers thirty spaces, all of them stale. */
async function startRemembering(environment: NodeJS.ProcessEnv = {}): Promise<CachedGateway> {
  const gateway = await startCachedGateway(environment);
  for (const id of ids) await gateway.lookUp(id);
  gateway.clock.advance(61_000);
  return gateway;
}

async function servedOf(gateway: CachedGateway): Promise<number> {
  const answers = await Promise.all(ids.map((id) => gateway.lookUp(id)));
  return answers.filter(({ body }) => body.data?.conversationSpace?.spaceId !== undefined).length;
}

test('an open breaker leaves the gateway ready: 30 of 30 remembered spaces are served', async () => {
  await using gateway = await startRemembering();
  gateway.upstream.addFault('conversationSpace', { kind: 'error', code: 'systemError' });
  for (let id = 0; id < 60; id += 1) await gateway.lookUp(`cid.demo.failing.${id}`);

  expect(await readyz(gateway)).toEqual(ready);
  expect(await statusOf(gateway)).toMatchObject({ ready: true, reasons: [], breaker: 'open' });
  expect(await servedOf(gateway)).toBe(30);
  expect(await readyz(gateway)).toEqual(ready);
});

test('an IP ban leaves the gateway ready: 30 of 30 remembered spaces are served', async () => {
  await using gateway = await startRemembering({ UPSTREAM_TIMEOUT_MS: '1000' });
  gateway.upstream.addFault('conversationSpace', { kind: 'ip-ban' }, 1);
  await gateway.lookUp('cid.demo.banned');

  expect(await readyz(gateway)).toEqual(ready);
  expect(await statusOf(gateway)).toMatchObject({ ready: true, ipBanSeconds: 5 });
  expect(samplesOf(await scrape(gateway.url), 'dingtalk_gateway_ip_ban_seconds')).toEqual({ '': 5 });
  expect(await servedOf(gateway)).toBe(30);
  expect(await readyz(gateway)).toEqual(ready);
});

test('a spent month leaves the gateway ready: 30 of 30 remembered spaces are served', async () => {
  await using gateway = await startRemembering({ DINGTALK_MONTHLY_QUOTA: '5000' });
  gateway.upstream.addFault('conversationSpace', quotaSpent);
  await gateway.lookUp('cid.demo.spent');

  expect(await readyz(gateway)).toEqual(ready);
  expect(await statusOf(gateway)).toMatchObject({
    ready: true,
    quota: {
      callsPerMonth: 5000,
      organizations: [{ corp: 'own', spent: true, callsThisMonth: expect.any(Number) }],
    },
  });
  expect(samplesOf(await scrape(gateway.url), 'dingtalk_gateway_quota_spent')).toEqual({ '{corp="own"}': 1 });
  expect(await servedOf(gateway)).toBe(30);
  expect(await readyz(gateway)).toEqual(ready);
});

test('once it has had a token it stays ready while the token endpoint fails, with nothing remembered', async () => {
  await using gateway = await startCachedGateway({ CACHE_TTL_MS: '0' });
  expect(await readyz(gateway)).toEqual(ready);
  gateway.upstream.addFault('accessToken', { kind: 'html', status: 502 });
  gateway.clock.advance(7200_000);

  expect(await readyz(gateway)).toEqual(ready);
  expect(samplesOf(await scrape(gateway.url), 'dingtalk_gateway_ready')).toEqual({ '': 1 });
  expect(gateway.log.filter((line) => line.includes('cannot get an access token'))).toHaveLength(1);
});

test('refused credentials leave it ready while something remembered can be served, and no longer', async () => {
  await using gateway = await startCachedGateway();
  gateway.clock.advance(7190_000);
  gateway.upstream.expireTokens();
  await gateway.lookUp('cid.demo.remembered');
  gateway.upstream.addFault('accessToken', { kind: 'error', code: 'invalidClientIdOrSecret' });
  // The token that the lookup has fetched ends before what it answered.
  gateway.clock.advance(600_000);
  gateway.upstream.expireTokens();

  expect(await readyz(gateway)).toEqual(ready);
  gateway.clock.advance(7200_000);
  expect(await readyz(gateway)).toEqual(noToken);
  expect(await statusOf(gateway)).toMatchObject({
    ready: false,
    reasons: ['cannot get an access token from DingTalk'],
  });
  expect(samplesOf(await scrape(gateway.url), 'dingtalk_gateway_ready')).toEqual({ '': 0 });

  gateway.upstream.clearFaults();
  gateway.clock.advance(30_000);
  expect(await readyz(gateway)).toEqual(ready);
});

test('wrong credentials from the start: not ready, and neither /status nor /metrics calls DingTalk', async () => {
  await using gateway = await startCachedGateway();
  gateway.upstream.addFault('accessToken', { kind: 'error', code: 'invalidClientIdOrSecret' });
  expect(await readyz(gateway)).toEqual(noToken);
  gateway.upstream.clearCalls();
  gateway.clock.advance(60_000);

  expect(await statusOf(gateway)).toMatchObject({ ready: false });
  expect(samplesOf(await scrape(gateway.url), 'dingtalk_gateway_ready')).toEqual({ '': 0 });
  expect(gateway.upstream.calls).toEqual([]);
});
