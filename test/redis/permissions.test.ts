import { expect } from '@jest/globals';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { systemClock, type Clock } from '../../src/async/clock.ts';
import { eventually } from '../support/eventually.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { startGateway, type GatewayUnderTest } from '../support/start-gateway.ts';
import { testWithRedis as test } from '../support/redis-server.ts';
import { startNode, type RunningNode } from '../support/redis-topologies.ts';
import { samplesOf, scrape } from '../metrics/scrape.ts';
import { documentedPermissions } from './documented-permissions.ts';

const found = { data: { conversationSpace: { spaceId: '798xxxxx' } } };

async function startWithUser(
  redis: RunningNode,
  rules: readonly string[],
  clock: Clock = systemClock,
): Promise<GatewayUnderTest> {
  await redis.ask('ACL', 'SETUSER', 'gateway', ...rules.map((rule) => rule.replace('>PASSWORD', '>secret')));
  return startGateway({
    clock,
    environment: {
      REDIS_URL: `redis://gateway:secret@127.0.0.1:${redis.port}/1`,
      DINGTALK_QPS: '100',
      CACHE_TTL_MS: '60000',
      CACHE_NEGATIVE_TTL_MS: '5000',
    },
  });
}

const lookUp = async ({ query }: GatewayUnderTest, id: string): Promise<unknown> =>
  (await query('query ($id: ID!) { conversationSpace(openConversationId: $id) { spaceId } }', { id })).body;

async function isUp({ url }: GatewayUnderTest): Promise<boolean> {
  return samplesOf(await scrape(url), 'dingtalk_gateway_redis_up')[''] === 1;
}

/** What the client sends by itself, and `GET` for the owner of a Cluster's slot. */
const ofClient = ['eval', 'evalsha', 'get', 'info', 'ping', 'select', 'subscribe'];

/** What the scripts of `src/` call. */
async function ofScripts(): Promise<string[]> {
  const files = (await readdir('src', { recursive: true })).filter((name) => name.endsWith('.ts'));
  const texts = await Promise.all(files.map((name) => readFile(path.join('src', name), 'utf8')));
  const calls = texts.join('\n').matchAll(/redis\.p?call\(\s*'(\w+)'/g);
  return Array.from(calls, ([, name = '']) => name.toLowerCase());
}

test('the documented permissions are all commands that the gateway sends, and no others', async () => {
  const commands = (await documentedPermissions())
    .filter((rule) => /^\+\w+$/.test(rule))
    .map((rule) => rule.slice(1));

  expect(commands.toSorted()).toEqual([...new Set([...ofClient, ...(await ofScripts())])].toSorted());
});

test('a user with the documented permissions is refused nothing', async () => {
  await using redis = await startNode();
  await using gateway = await startWithUser(redis, await documentedPermissions());
  await eventually(() => isUp(gateway));

  expect(await lookUp(gateway, 'cid9FTRQSLo+sKxxxx')).toEqual(found);
  // A refusal, which is published.
  expect(await lookUp(gateway, 'cid.none')).toMatchObject({ data: { conversationSpace: null } });

  expect(await redis.ask('ACL', 'LOG')).toEqual([]);
  expect(gateway.log.filter((line) => line.includes('NOPERM'))).toEqual([]);
});

test.each(['+evalsha', '+time', '+get', '+zadd', '+subscribe', '&dingtalk-gateway:*', '~dingtalk-gateway:*'])(
  'without %s Redis is down, with one warning that says NOPERM',
  async (missing) => {
    await using redis = await startNode();
    await using gateway = await startWithUser(
      redis,
      (await documentedPermissions()).filter((rule) => rule !== missing),
      // No command is late.
      createManualClock(),
    );

    for (let id = 0; id < 8; id += 1) await lookUp(gateway, `cid.demo.${id}`);
    await eventually(async () => !(await isUp(gateway)));

    expect(await lookUp(gateway, 'cid9FTRQSLo+sKxxxx')).toEqual(found);
    const warnings = gateway.log.map((line) => JSON.parse(line)).filter(({ msg }) => msg.startsWith('Redis'));
    expect(warnings).toMatchObject([{ level: 'warn', reason: 'NOPERM' }]);
    expect(warnings[0].remedy).toContain('#the-user-of-redis');
  },
);
