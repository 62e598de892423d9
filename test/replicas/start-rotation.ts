import { Redis as Client } from 'ioredis';
import { sandboxCredentials } from '../../src/sandbox/credentials.ts';
import { startSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { samplesOf, scrape } from '../metrics/scrape.ts';
import { eventually } from '../support/eventually.ts';
import { startRedis, type RedisServer } from '../support/redis-server.ts';
import { startGateway, type Answer, type GatewayUnderTest } from '../support/start-gateway.ts';
import { rightAnswer } from './start-replicas.ts';

/** A gateway among others. */
export interface Replica extends GatewayUnderTest {
  /** Looks up ids in one request. Throws for every wrong answer. */
  lookUp(...ids: readonly string[]): Promise<void>;
  /** The rows of a list of files, behind a cursor of any replica, and the cursor of the last row. Throws for every error. */
  list(after?: string): Promise<{ readonly rows: readonly string[]; readonly endCursor: string }>;
  /** The month's calls and whether the count is complete, as `/metrics` has them. */
  month(): Promise<{ readonly calls: number | undefined; readonly complete: number | undefined }>;
}

/** One Redis and one stand-in, over which gateways with different secrets are started. */
export interface Rotation extends AsyncDisposable {
  readonly redis: RedisServer;
  /** A client of that Redis, for what an administrator does. */
  readonly admin: Client;
  readonly upstream: Sandbox;
  start(environment: NodeJS.ProcessEnv): Promise<Replica>;
  /** The most calls for lookups within any 1,000 ms. */
  mostInASecond(): number;
}

const common = {
  CACHE_TTL_MS: '600000',
  CACHE_LIST_TTL_MS: '600000',
  DINGTALK_QPS: '20',
  UPSTREAM_TIMEOUT_MS: '30000',
};

async function startRotation(log: string[]): Promise<Rotation> {
  const redis = await startRedis();
  const admin = new Client(redis.url);
  // No limit here: the tests judge the rate from the calls that arrived.
  const upstream = await startSandbox({ callsPerSecond: Infinity });
  const replicas: Replica[] = [];

  async function subscribers(): Promise<number> {
    const channels = (await admin.pubsub('CHANNELS')) as string[];
    const counts = (await admin.pubsub('NUMSUB', ...channels)) as (string | number)[];
    return counts.filter((count) => typeof count === 'number').reduce((sum, count) => sum + count, 0);
  }

  return {
    redis,
    admin,
    upstream,
    async start(environment) {
      const before = await subscribers();
      const gateway = await startGateway({
        environment: { ...common, DINGTALK_API_URL: upstream.url, REDIS_URL: redis.url, ...environment },
      });
      const replica = toReplica(gateway);
      replicas.push(replica);
      // Connected, and counted among the replicas.
      await eventually(async () => (await subscribers()) > before);
      return {
        ...replica,
        async close() {
          log.push(...gateway.log);
          await gateway.close();
        },
      };
    },
    mostInASecond() {
      const atMs = upstream.callsTo('conversationSpace').map((call) => call.atMs);
      return Math.max(...atMs.map((start) => atMs.filter((at) => at >= start && at < start + 1000).length));
    },
    async [Symbol.asyncDispose]() {
      for (const replica of replicas) {
        log.push(...replica.log);
        await replica.close();
      }
      admin.disconnect();
      await upstream.close();
      await redis[Symbol.asyncDispose]();
    },
  };
}

const page = `query ($after: String) {
  dentry(spaceId: "space.demo.a", dentryId: "0") {
    children(first: 2, after: $after) { nodes { dentryId } pageInfo { endCursor } }
  }
}`;

function dataOf({ status, body }: Answer): any {
  if (status !== 200 || body.errors) throw new Error(`${status} ${JSON.stringify(body)}`);
  return body.data;
}

const toReplica = (gateway: GatewayUnderTest): Replica => ({
  ...gateway,
  async lookUp(...ids) {
    const fields = ids.map(
      (id, index) => `a${index}: conversationSpace(openConversationId: "${id}") { spaceId corpId }`,
    );
    const found = Object.values(dataOf(await gateway.query(`{ ${fields.join(' ')} }`)));
    const right = ids.map(
      (id) => (rightAnswer(id) as { data: { conversationSpace: unknown } }).data.conversationSpace,
    );
    if (JSON.stringify(found) !== JSON.stringify(right))
      throw new Error(`wrong answers: ${JSON.stringify(found)}`);
  },
  async list(after) {
    const { children } = dataOf(await gateway.query(page, { after })).dentry;
    return {
      rows: children.nodes.map(({ dentryId }: { dentryId: string }) => dentryId),
      endCursor: children.pageInfo.endCursor,
    };
  },
  async month() {
    const metrics = await scrape(gateway.url);
    const [calls] = Object.values(samplesOf(metrics, 'dingtalk_gateway_month_calls'));
    const [complete] = Object.values(samplesOf(metrics, 'dingtalk_gateway_month_count_complete'));
    return { calls, complete };
  },
});

const mostTries = 3;

/** Runs `drill`, up to three times if it fails while Redis is late, as it may be on a busy machine. */
export async function withRotation(drill: (rotation: Rotation) => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    const log: string[] = [];
    try {
      await using rotation = await startRotation(log);
      await drill(rotation);
      return;
    } catch (error) {
      if (tries === mostTries || !log.some((line) => line.includes('Redis is unavailable'))) throw error;
    }
  }
}

/** The secret that the stand-in's app has before it is rotated. */
export const oldSecret = sandboxCredentials.appSecret;
