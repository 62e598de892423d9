import { expect, test } from '@jest/globals';
import type { Fault } from '../../src/sandbox/sandbox.ts';
import { samplesOf, scrape } from '../metrics/scrape.ts';
import { codeOf, manyViewers, startCachedGateway, type CachedGateway } from '../support/cached-gateway.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { startGateway } from '../support/start-gateway.ts';

const deadlineMs = 5000;
const remembersNothing = { CACHE_TTL_MS: '0', CACHE_STALE_MS: '0', CACHE_NEGATIVE_TTL_MS: '0' };

const start = (): Promise<CachedGateway> => startCachedGateway({ ...remembersNothing, ...manyViewers });

const breakerState = async ({ url }: { url: string }): Promise<string> => {
  const states = samplesOf(await scrape(url), 'dingtalk_gateway_breaker_state');
  return Object.entries(states).find(([, value]) => value === 1)?.[0] ?? 'none';
};
const isOpen = async (gateway: { url: string }): Promise<boolean> =>
  (await breakerState(gateway)) === '{state="open"}';
const codesOf = async (answers: readonly ReturnType<CachedGateway['lookUp']>[]): Promise<unknown[]> =>
  (await Promise.all(answers)).map(codeOf);

/** Looks up `id` while every call fails; no other lookup is running. */
async function askPoison(gateway: CachedGateway, fault: Fault, id: string): Promise<unknown> {
  const callsBefore = gateway.asked().length;
  gateway.upstream.addFault('conversationSpace', fault);
  const asked = gateway.lookUp(id, 'poisoner');
  if (fault.kind === 'hang') {
    await Promise.race([asked, gateway.upstream.waitForCalls('conversationSpace', callsBefore + 1)]);
    if (gateway.asked().length > callsBefore) gateway.clock.advance(deadlineMs);
  }
  const answer = await asked;
  gateway.upstream.clearFaults();
  return codeOf(answer);
}

const poisons: [name: string, fault: Fault][] = [
  ['a 500', { kind: 'error', code: 'systemError' }],
  ['a proxy’s 502', { kind: 'html', status: 502 }],
  ['a hang until the deadline', { kind: 'hang' }],
  ['a reset connection', { kind: 'reset' }],
  ['half an answer', { kind: 'truncated' }],
];

test.each(poisons)('%s for one id, over and over: all other lookups succeed', async (_name, fault) => {
  await using gateway = await start();

  for (let round = 0; round < 20; round += 1) {
    await askPoison(gateway, fault, 'cid.demo.poison');
    await askPoison(gateway, fault, 'cid.demo.poison');
    expect(codeOf(await gateway.lookUp(`cid.demo.${round}`, `viewer-${round % 3}`))).toBeUndefined();
  }
  expect(await isOpen(gateway)).toBe(false);
});

test.each(poisons)(
  '%s for more and more ids of one viewer: all lookups of other viewers succeed',
  async (_name, fault) => {
    await using gateway = await start();

    for (let round = 0; round < 20; round += 1) {
      await askPoison(gateway, fault, `cid.demo.poison.${round}`);
      await askPoison(gateway, fault, `cid.demo.poison.too.${round}`);
      expect(codeOf(await gateway.lookUp(`cid.demo.${round}`, 'bystander'))).toBeUndefined();
    }
  },
);

test('an id that fails for all viewers blocks no other id', async () => {
  await using gateway = await start();

  for (let viewer = 0; viewer < 20; viewer += 1) {
    expect(codeOf(await gateway.lookUp('cid.systemError', `viewer-${viewer}`))).toBe('UPSTREAM_UNAVAILABLE');
  }
  for (let viewer = 20; viewer < 40; viewer += 1) {
    expect(codeOf(await gateway.lookUp('cid.systemError', `viewer-${viewer}`))).toBe('UPSTREAM_UNAVAILABLE');
    expect(codeOf(await gateway.lookUp(`cid.demo.${viewer}`, `viewer-${viewer}`))).toBeUndefined();
  }
});

test('failing ids alone may open the breaker, but the next viewer is served at once', async () => {
  await using gateway = await start();
  const poison = { kind: 'error', code: 'systemError' } as const;
  await gateway.lookUp('cid.demo.early', 'bystander');
  gateway.clock.advance(60_000);
  for (let id = 0; id < 10; id += 1) await askPoison(gateway, poison, `cid.demo.poison.${id}`);
  expect(await isOpen(gateway)).toBe(true);

  // An hour of failures does not lengthen the pauses for the others.
  for (let minute = 0; minute < 60; minute += 1) {
    gateway.clock.advance(60_000);
    await askPoison(gateway, poison, 'cid.demo.poison');
  }
  expect(await breakerState(gateway)).toBe('{state="open"}');
  const callsBefore = gateway.asked().length;
  await askPoison(gateway, poison, 'cid.demo.poison');
  expect(gateway.asked()).toHaveLength(callsBefore);

  expect(codeOf(await gateway.lookUp('cid.demo.healthy', 'bystander'))).toBeUndefined();
  expect(await isOpen(gateway)).toBe(false);
  expect(await breakerState(gateway)).toBe('{state="closed"}');
});

test('an outage across ids and viewers opens the breaker, and DingTalk is not called', async () => {
  await using gateway = await start();
  gateway.upstream.addFault('conversationSpace', { kind: 'html', status: 502 });
  for (let viewer = 0; viewer < 9; viewer += 1) {
    expect(await isOpen(gateway)).toBe(false);
    await gateway.lookUp(`cid.demo.${viewer}`, `viewer-${viewer}`);
  }
  expect(await isOpen(gateway)).toBe(true);
  expect(await breakerState(gateway)).toBe('{state="open"}');

  const callsBefore = gateway.asked().length;
  const refused = Array.from({ length: 20 }, (_, viewer) =>
    gateway.lookUp(`cid.demo.${viewer}`, `new-${viewer}`),
  );
  for (const { body } of await Promise.all(refused)) {
    expect(body.errors?.[0]?.extensions).toEqual({
      code: 'UPSTREAM_UNAVAILABLE',
      retryable: true,
      retryAfterMs: 1000,
    });
  }
  expect(gateway.asked()).toHaveLength(callsBefore);

  gateway.clock.advance(1000);
  expect(await isOpen(gateway)).toBe(false);
  expect(await breakerState(gateway)).toBe('{state="half-open"}');
  await codesOf(
    Array.from({ length: 20 }, (_, viewer) => gateway.lookUp(`cid.demo.${viewer}`, `new-${viewer}`)),
  );
  expect(gateway.asked()).toHaveLength(callsBefore + 7);
  expect(await isOpen(gateway)).toBe(true);
  const { body } = await gateway.lookUp('cid.demo.another', 'another');
  expect(body.errors?.[0]?.extensions.retryAfterMs).toBe(2000);
});

test('DingTalk recovers while one id still fails: the first successful probe closes the breaker', async () => {
  await using gateway = await start();
  gateway.upstream.addFault('conversationSpace', { kind: 'html', status: 502 });
  for (let viewer = 0; viewer < 10; viewer += 1)
    await gateway.lookUp(`cid.demo.${viewer}`, `viewer-${viewer}`);
  gateway.upstream.clearFaults();
  gateway.clock.advance(1000);

  const poisoned = await codesOf(
    Array.from({ length: 10 }, () => gateway.lookUp('cid.systemError', 'poisoner')),
  );
  expect(new Set(poisoned)).toEqual(new Set(['UPSTREAM_UNAVAILABLE']));
  expect(await breakerState(gateway)).toBe('{state="open"}');

  expect(codeOf(await gateway.lookUp('cid.demo.first', 'viewer-1'))).toBeUndefined();
  expect(await breakerState(gateway)).toBe('{state="closed"}');
});

test('an organization without a token blocks no other', async () => {
  await using gateway = await start();
  const ask = (corpId: string, id: string) =>
    gateway.query(
      'query ($id: ID!) { conversationSpace(openConversationId: $id) { spaceId } }',
      { id },
      { 'x-router-secret': 'secret', 'x-dingtalk-union-id': 'any', 'x-dingtalk-corp-id': corpId },
    );
  await ask('ding1234xxxxx', 'cid.demo.first');

  for (let round = 0; round < 20; round += 1) {
    gateway.upstream.addFault('corpToken', { kind: 'html', status: 502 });
    expect(codeOf(await ask('ding5678xxxxx', `cid.demo.${round}`))).toBe('UPSTREAM_UNAVAILABLE');
    gateway.upstream.clearFaults();
    expect(codeOf(await ask('ding1234xxxxx', `cid.demo.${round}`))).toBeUndefined();
  }
});

test('any number of made-up bearers that fail blocks no known person', async () => {
  const clock = createManualClock();
  await using gateway = await startGateway({ clock, environment: { VIEWER_AUTH: 'dingtalk' } });
  const ask = (bearer: string, id: string) =>
    gateway.query(
      'query ($id: ID!) { conversationSpace(openConversationId: $id) { spaceId } }',
      { id },
      { authorization: `Bearer ${bearer}` },
    );
  await ask('sandbox-user-token-chy', 'cid.demo.first');

  for (let round = 0; round < 20; round += 1) {
    gateway.upstream.addFault('usersMe', { kind: 'html', status: 502 });
    expect(codeOf(await ask(`made-up-${round}`, 'cid.demo.any'))).toBe('UPSTREAM_UNAVAILABLE');
    expect(codeOf(await ask(`another-${round}`, 'cid.demo.any'))).toBe('UPSTREAM_UNAVAILABLE');
    gateway.upstream.clearFaults();
    expect(codeOf(await ask('sandbox-user-token-chy', `cid.demo.${round}`))).toBeUndefined();
  }
  expect(codeOf(await ask('sandbox-user-token-lin', 'cid.demo.last'))).toBeUndefined();
});
