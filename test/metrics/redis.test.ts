import { expect } from '@jest/globals';
import { eventually } from '../support/eventually.ts';
import { startRedis, testWithRedis } from '../support/redis-server.ts';
import { startGateway } from '../support/start-gateway.ts';
import { samplesOf, scrape } from './scrape.ts';

const up = 'dingtalk_gateway_redis_up';
const failures = (counts: Record<string, number>): number =>
  Object.entries(counts).reduce((all, [outcome, count]) => all + (outcome.includes('"ok"') ? 0 : count), 0);
const commands = 'dingtalk_gateway_redis_commands_total';

testWithRedis('says whether Redis answers, also while nothing else asks it', async () => {
  await using redis = await startRedis();
  await using gateway = await startGateway({ environment: { REDIS_URL: redis.url } });
  const isUp = async (): Promise<number | undefined> => samplesOf(await scrape(gateway.url), up)[''];
  await eventually(async () => (await isUp()) === 1);

  await redis.stop();
  expect(await isUp()).toBe(0);
  await redis.start();
  await eventually(async () => (await isUp()) === 1);
});

testWithRedis('counts commands by how they ended', async () => {
  await using redis = await startRedis();
  await using gateway = await startGateway({ environment: { REDIS_URL: redis.url, CACHE_TTL_MS: '60000' } });
  await eventually(async () => samplesOf(await scrape(gateway.url), up)[''] === 1);
  const before = samplesOf(await scrape(gateway.url), commands);

  await redis.stop();
  const after = samplesOf(await scrape(gateway.url), commands);

  expect(Object.keys(before).toSorted()).toEqual(
    ['disconnected', 'late', 'ok', 'refused', 'resting', 'unreadable'].map(
      (outcome) => `{outcome="${outcome}"}`,
    ),
  );
  expect(before['{outcome="ok"}']).toBeGreaterThan(0);
  expect(failures(after)).toBeGreaterThan(failures(before));
});
