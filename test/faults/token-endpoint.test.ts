import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { PublicCode } from '../../src/errors/codes.ts';
import type { Fault } from '../../src/sandbox/sandbox.ts';
import { startGateway } from '../support/start-gateway.ts';
import { createRunningClock } from './running-clock.ts';
import { example, found, lookup, suffer, usedMegabytes, type FaultCase } from './suffer.ts';

const unavailable = 'UPSTREAM_UNAVAILABLE';
const malformed = 'UPSTREAM_MALFORMED_RESPONSE';
const token = (body: string): Fault => ({
  kind: 'answer',
  status: 200,
  headers: { 'content-type': 'application/json' },
  body,
});

const faults: [name: string, fault: Fault, code: PublicCode][] = [
  ['hangs', { kind: 'hang' }, 'UPSTREAM_TIMEOUT'],
  ['hangs within the body', { kind: 'hang-mid-body' }, 'UPSTREAM_TIMEOUT'],
  ['sends a byte every 200 ms', { kind: 'trickle', everyMs: 200 }, 'UPSTREAM_TIMEOUT'],
  ['resets', { kind: 'reset' }, unavailable],
  ['resets within the body', { kind: 'reset-mid-body' }, unavailable],
  ['truncates', { kind: 'truncated' }, unavailable],
  ['says systemError', { kind: 'error', code: 'systemError' }, unavailable],
  ['answers with a proxy’s page', { kind: 'html', status: 502 }, unavailable],
  ['answers with a page', { kind: 'html', status: 200 }, malformed],
  ['answers with nothing', { kind: 'empty' }, malformed],
  ['answers with errcode', { kind: 'ok-with-errcode' }, malformed],
  ['answers without end', { kind: 'huge', bytes: Infinity }, malformed],
  ['answers with a gzip bomb', { kind: 'gzip-bomb', bytes: Infinity }, malformed],
  ['redirects', { kind: 'redirect', location: 'http://127.0.0.1:1/' }, malformed],
  ['has banned the IP', { kind: 'ip-ban' }, 'RATE_LIMITED'],
  ['gives an empty token', token('{"accessToken":"","expireIn":7200}'), malformed],
  ['gives an expired token', token('{"accessToken":"a","expireIn":0}'), malformed],
  ['gives a token with a negative life', token('{"accessToken":"a","expireIn":-1}'), malformed],
  ['gives a token without its life', token('{"accessToken":"a"}'), malformed],
  ['refuses the credentials', { kind: 'error', code: 'invalidClientIdOrSecret' }, 'GATEWAY_MISCONFIGURED'],
];

const table: readonly FaultCase[] = [
  ...faults.map(([name, fault, code]): FaultCase => ({
    name,
    cold: true,
    begin: ({ gateway }) => gateway.upstream.addFault('accessToken', fault),
    code,
    hangsAt: code === 'UPSTREAM_TIMEOUT' ? 'accessToken' : undefined,
    recoverAfterMs: code === 'GATEWAY_MISCONFIGURED' ? 1000 : 0,
  })),
  {
    name: 'is slow',
    cold: true,
    begin: ({ gateway }) => gateway.upstream.setLatency(60_000, 'accessToken'),
    code: 'UPSTREAM_TIMEOUT',
    hangsAt: 'accessToken',
  },
  {
    name: 'is down when the token has expired',
    begin({ gateway, clock }) {
      gateway.upstream.addFault('accessToken', { kind: 'reset' });
      clock.jump(7200 * 1000);
    },
    code: unavailable,
  },
  {
    name: 'is down when the token is due for renewal',
    begin({ gateway, clock }) {
      gateway.upstream.addFault('accessToken', { kind: 'hang' });
      clock.jump(7000 * 1000);
    },
    code: 'ok',
  },
];

let usedBefore: number;
beforeAll(async () => {
  await suffer({ name: 'none', begin: () => undefined, code: 'ok' });
  usedBefore = usedMegabytes();
});
afterAll(() => {
  expect(usedMegabytes() - usedBefore).toBeLessThan(100);
});

test.each(table)('the token endpoint $name', suffer);

test('a flapping token endpoint fails only the lookups that need a token at that moment', async () => {
  await using gateway = await startGateway();
  const outcomes: string[] = [];
  for (let round = 0; round < 6; round += 1) {
    gateway.upstream.expireTokens();
    gateway.upstream.clearFaults();
    if (round % 3 === 0) gateway.upstream.addFault('accessToken', { kind: 'html', status: 502 });
    const { body } = await gateway.query(lookup, example);
    outcomes.push(body.errors?.[0]?.extensions.code ?? body.data.conversationSpace.spaceId);
  }

  expect(outcomes).toEqual([unavailable, '798xxxxx', '798xxxxx', unavailable, '798xxxxx', '798xxxxx']);
});

test('lookups work with tokens that live for one second', async () => {
  const clock = createRunningClock();
  await using gateway = await startGateway({ clock, sandbox: { tokenLifeSeconds: 1 } });

  for (let second = 0; second < 5; second += 1) {
    expect((await gateway.query(lookup, example)).body).toEqual(found);
    clock.jump(1000);
  }

  expect(gateway.upstream.callsTo('accessToken')).toHaveLength(5);
  expect(gateway.upstream.callsTo('conversationSpace').map(({ status }) => status)).toEqual([
    200, 200, 200, 200, 200,
  ]);
});
