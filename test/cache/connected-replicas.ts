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
}

/** Two replicas with many viewers over one DingTalk, both connected to one Redis in which nothing is stored. */
export async function startReplicas(environment: NodeJS.ProcessEnv = {}): Promise<Replicas> {
  const redis = await startRedis();
  const upstream = await startSandbox({ callsPerSecond: Infinity });
  const client = new Client(redis.url);
  const stored = async (): Promise<number> =>
    (await client.keys('*')).filter((key) => key.includes(':lookup:')).length;
  const subscribers = async (): Promise<number> => {
    const channels = (await client.pubsub('CHANNELS')) as string[];
    const [, count] = (await client.pubsub('NUMSUB', channels[0] ?? '')) as [string, number];
    return count;
  };
  async function start(): Promise<CachedGateway> {
    const before = await subscribers();
    const gateway = await startCachedGateway({
      ...manyViewers,
      DINGTALK_API_URL: upstream.url,
      REDIS_URL: redis.url,
      ...environment,
    });
    await eventually(async () => {
      gateway.clock.advance(1000);
      await gateway.lookUp('cid.demo.warming-up', `viewer-${gateway.clock.nowMs()}`);
      return (await stored()) > 0 && (await subscribers()) > before;
    });
    await client.flushall();
    return gateway;
  }
  const one = await start();
  const other = await start();
  upstream.clearCalls();
  return {
    upstream,
    one,
    other,
    stored,
    async [Symbol.asyncDispose]() {
      await Promise.all([one.close(), other.close()]);
      client.disconnect();
      await upstream.close();
      await redis[Symbol.asyncDispose]();
    },
  };
}
