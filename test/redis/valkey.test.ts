import { expect } from '@jest/globals';
import { systemClock, type Clock } from '../../src/async/clock.ts';
import { startSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { mostInASecond } from '../dingtalk/most-in-a-second.ts';
import { samplesOf, scrape } from '../metrics/scrape.ts';
import { remembering } from '../support/cached-gateway.ts';
import { testWithValkey as test } from '../support/deploy-tools.ts';
import { eventually } from '../support/eventually.ts';
import { startNodeOf, type RunningNode } from '../support/redis-topologies.ts';
import { startGateway, type Answer, type GatewayUnderTest } from '../support/start-gateway.ts';
import { documentedPermissions } from './documented-permissions.ts';

const callsPerSecond = 10;

interface World extends AsyncDisposable {
  readonly valkey: RunningNode;
  readonly upstream: Sandbox;
  readonly one: GatewayUnderTest;
  readonly other: GatewayUnderTest;
}

/** On a busy machine Valkey must not look lost: commands have a second instead of 50 ms. */
const patientClock: Clock = {
  ...systemClock,
  after: (delayMs, task) => systemClock.after(delayMs === 50 ? 1000 : delayMs, task),
};

async function isUp({ url }: GatewayUnderTest): Promise<boolean> {
  return samplesOf(await scrape(url), 'dingtalk_gateway_redis_up')[''] === 1;
}

/** Two gateways, connected to one Valkey as the documented user, over one DingTalk. */
async function startTwo(): Promise<World> {
  const valkey = await startNodeOf('valkey-server');
  const rules = (await documentedPermissions()).map((rule) => rule.replace('>PASSWORD', '>secret'));
  await valkey.ask('ACL', 'SETUSER', 'gateway', ...rules);
  const upstream = await startSandbox({ callsPerSecond: Infinity });
  const start = async (): Promise<GatewayUnderTest> => {
    const gateway = await startGateway({
      clock: patientClock,
      environment: {
        ...remembering,
        DINGTALK_API_URL: upstream.url,
        DINGTALK_QPS: String(callsPerSecond),
        UPSTREAM_TIMEOUT_MS: '20000',
        REDIS_URL: `redis://gateway:secret@127.0.0.1:${valkey.port}/1`,
      },
    });
    await eventually(() => isUp(gateway));
    return gateway;
  };
  const one = await start();
  const other = await start();
  return {
    valkey,
    upstream,
    one,
    other,
    async [Symbol.asyncDispose]() {
      await Promise.all([one.close(), other.close()]);
      await upstream.close();
      await valkey.stop();
    },
  };
}

const lookUp = ({ query }: GatewayUnderTest, id: string): Promise<Answer> =>
  query('query ($id: ID!) { conversationSpace(openConversationId: $id) { spaceId } }', { id });

const lookUpTen = ({ query }: GatewayUnderTest, name: string): Promise<Answer> => {
  const one = (at: number): string =>
    `a${at}: conversationSpace(openConversationId: "cid.demo.${name}${at}") { spaceId }`;
  return query(`{ ${Array.from({ length: 10 }, (_, at) => one(at)).join(' ')} }`);
};

/** Valkey has refused nothing, and served both to the end. */
async function expectNothingRefused({ valkey, one, other }: World): Promise<void> {
  expect(await valkey.ask('ACL', 'LOG')).toEqual([]);
  expect([await isUp(one), await isUp(other)]).toEqual([true, true]);
  const warnings = [...one.log, ...other.log].map((line) => JSON.parse(line));
  expect(warnings.filter(({ level, msg }) => level === 'warn' && msg.includes('Redis'))).toEqual([]);
}

test('Valkey: two gateways share one call, one token and a refusal', async () => {
  await using world = await startTwo();
  const { upstream, one, other } = world;
  upstream.setLatency(100, 'conversationSpace');

  const asked = [one, other, one, other, one, other];
  const answers = await Promise.all(asked.map((gateway) => lookUp(gateway, 'cid9FTRQSLo+sKxxxx')));
  const none = await lookUp(one, 'cid.none');
  const shared = await lookUp(other, 'cid.none');

  expect(answers.map(({ body }) => body)).toEqual(
    asked.map(() => ({ data: { conversationSpace: { spaceId: '798xxxxx' } } })),
  );
  expect(none.body).toMatchObject({ data: { conversationSpace: null } });
  expect(shared.body).toEqual(none.body);
  expect(upstream.callsTo('conversationSpace').map(({ body }) => body)).toMatchObject([
    { openConversationId: 'cid9FTRQSLo+sKxxxx' },
    { openConversationId: 'cid.none' },
  ]);
  expect(upstream.callsTo('accessToken')).toHaveLength(1);
  await expectNothingRefused(world);
});

test('Valkey: two gateways keep to one pace', async () => {
  await using world = await startTwo();
  const { upstream, one, other } = world;

  const answers = await Promise.all([lookUpTen(one, 'one'), lookUpTen(other, 'other')]);

  expect(answers.map(({ body }) => body.errors)).toEqual([undefined, undefined]);
  const atMs = upstream.callsTo('conversationSpace').map((call) => call.atMs);
  expect(atMs).toHaveLength(20);
  expect(mostInASecond(atMs.toSorted((a, b) => a - b))).toBeLessThanOrEqual(callsPerSecond);
  await expectNothingRefused(world);
});
