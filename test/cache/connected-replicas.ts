import { Redis as Client } from 'ioredis';
import { startSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { manyViewers, startCachedGateway, type CachedGateway } from '../support/cached-gateway.ts';
import { eventually } from '../support/eventually.ts';
import { startRedis } from '../support/redis-server.ts';

export interface Replicas extends AsyncDisposable {
  readonly upstream: Sandbox;
  readonly one: CachedGateway;
  readonly other: CachedGateway;
  /** How many lookups Redis holds. */
  stored(): Promise<number>;
  /** Advances both clocks, and makes what Redis holds older. */
  passTime(ms: number): Promise<void>;
}

/**
 * Waits until `gateway` reads, writes and hears from the Redis of `client`, in which nothing is stored afterwards. Its clock
 * moves first: commands that are under way then are late, and Redis rests.
 */
export async function untilConnected(
  gateway: CachedGateway,
  client: Client,
  subscribersBefore: number,
): Promise<void> {
  const stored = async (): Promise<number> =>
    (await client.keys('*')).filter((key) => key.includes(':lookup:')).length;
  const isConnected = async (): Promise<boolean> =>
    (await stored()) > 0 && (await subscribersOf(client)) > subscribersBefore;
  await eventually(async () => {
    await forgetLookups(client);
    gateway.clock.advance(1001);
    await new Promise((resolve) => setTimeout(resolve, 10));
    await gateway.lookUp('cid.demo.warming-up', `viewer-${gateway.clock.nowMs()}`);
    for (let tries = 0; tries < 10 && !(await isConnected()); tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return isConnected();
  });
  // Before that it does not know how many replicas share the rate.
  for (let counts = 0; counts < 3; counts += 1) {
    gateway.clock.advance(900);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await forgetLookups(client);
}

const restMs = 1001;

const lookupsIn = async (client: Client): Promise<string[]> =>
  (await client.keys('*')).filter((key) => key.includes(':lookup:'));

/** Advances the gateways' clocks. The clock of Redis cannot be moved, so its entries are made older. */
export async function passTime(
  ms: number,
  client: Client,
  ...gateways: readonly CachedGateway[]
): Promise<void> {
  for (const key of await lookupsIn(client)) {
    const held = (await client.getBuffer(key)) ?? Buffer.alloc(0);
    const askedAtMs = String(Number(held.subarray(0, 13)) - ms);
    await client.set(key, Buffer.concat([Buffer.from(askedAtMs), held.subarray(13)]), 'KEEPTTL');
  }
  for (const { clock } of gateways) clock.advance(ms - restMs);
  // Commands sent meanwhile timed out, after which Redis is skipped for a second: that second passes too.
  await new Promise((resolve) => setTimeout(resolve, 20));
  for (const { clock } of gateways) clock.advance(restMs);
}

/** Not everything: the gateways would take it for a Redis that has lost its data, and slow down. */
export async function forgetLookups(client: Client): Promise<void> {
  const names = (await client.keys('*')).filter((key) => key.includes(':lookup:') || key.includes(':lease:'));
  if (names.length > 0) await client.del(...names);
}

export async function subscribersOf(client: Client): Promise<number> {
  const channels = (await client.pubsub('CHANNELS')) as string[];
  const [, count] = (await client.pubsub('NUMSUB', channels[0] ?? '')) as [string, number];
  return count;
}

/** Two replicas with many viewers over one DingTalk, both connected to one Redis in which nothing is stored. */
export async function startReplicas(environment: NodeJS.ProcessEnv = {}): Promise<Replicas> {
  const redis = await startRedis();
  const upstream = await startSandbox({ callsPerSecond: Infinity });
  const client = new Client(redis.url);
  async function start(): Promise<CachedGateway> {
    const before = await subscribersOf(client);
    const gateway = await startCachedGateway({
      ...manyViewers,
      DINGTALK_API_URL: upstream.url,
      REDIS_URL: redis.url,
      ...environment,
    });
    await untilConnected(gateway, client, before);
    return gateway;
  }
  const one = await start();
  const other = await start();
  upstream.clearCalls();
  return {
    upstream,
    one,
    other,
    stored: async () => (await lookupsIn(client)).length,
    passTime: (ms) => passTime(ms, client, one, other),
    async [Symbol.asyncDispose]() {
      await Promise.all([one.close(), other.close()]);
      client.disconnect();
      await upstream.close();
      await redis[Symbol.asyncDispose]();
    },
  };
}
