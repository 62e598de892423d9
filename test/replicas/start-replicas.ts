import { sandboxCredentials } from '../../src/sandbox/credentials.ts';
import { demoSpace } from '../../src/sandbox/demo-space.ts';
import { startSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { startProcess, type GatewayProcess } from '../support/gateway-process.ts';
import { startRedis, type RedisServer } from '../support/redis-server.ts';

export interface Replica {
  /** The whole answer to `{ conversationSpace(…) { spaceId corpId } }`; rejects if the connection is lost. */
  ask(id: string, unionId?: string): Promise<unknown>;
  /** `kill -9`. */
  kill(): Promise<void>;
}

export interface Replicas extends AsyncDisposable {
  readonly redis: RedisServer;
  readonly upstream: Sandbox;
  /** Starts one more gateway in a separate process. */
  start(): Promise<Replica>;
  /** Whether one of them has logged that Redis did not answer in time. */
  redisWasLate(): boolean;
}

/** One Redis and one stand-in, shared by gateways as `npm start` runs them. */
async function startReplicas(environment: NodeJS.ProcessEnv): Promise<Replicas> {
  const redis = await startRedis();
  // No limit here: the test checks the rate from the calls that the stand-in recorded.
  const upstream = await startSandbox({ callsPerSecond: Infinity });
  const processes: GatewayProcess[] = [];
  return {
    redis,
    upstream,
    async start() {
      const gateway = startProcess([process.execPath, 'dist/main.js'], {
        PORT: '0',
        LOG_LEVEL: 'info',
        DINGTALK_API_URL: upstream.url,
        DINGTALK_APP_KEY: sandboxCredentials.appKey,
        DINGTALK_APP_SECRET: sandboxCredentials.appSecret,
        VIEWER_AUTH: 'router',
        ROUTER_SECRET: 'secret',
        REDIS_URL: redis.url,
        ...environment,
      });
      processes.push(gateway);
      const url = await gateway.url;
      return {
        ask: (id, unionId = sandboxCredentials.operatorUnionId) => ask(url, id, unionId),
        async kill() {
          gateway.child.kill('SIGKILL');
          await gateway.ended;
        },
      };
    },
    redisWasLate: () => processes.some(({ output }) => output().stdout.includes('Redis is unavailable')),
    async [Symbol.asyncDispose]() {
      await Promise.all(processes.map((gateway) => gateway[Symbol.asyncDispose]()));
      await upstream.close();
      await redis[Symbol.asyncDispose]();
    },
  };
}

async function ask(url: string, id: string, unionId: string): Promise<unknown> {
  const query = 'query ($id: ID!) { conversationSpace(openConversationId: $id) { spaceId corpId } }';
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-router-secret': 'secret',
      'x-dingtalk-union-id': unionId,
    },
    body: JSON.stringify({ query, variables: { id } }),
  });
  return response.json();
}

const mostTries = 3;

/**
 * Runs `story`, up to three times if it fails while Redis is late. The guarantees over replicas hold only while Redis
 * answers within 50 ms, which it may not do on a busy machine.
 */
export async function withReplicas(
  environment: NodeJS.ProcessEnv,
  story: (replicas: Replicas) => Promise<void>,
): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    await using replicas = await startReplicas(environment);
    try {
      await story(replicas);
      return;
    } catch (error) {
      if (tries === mostTries || !replicas.redisWasLate()) throw error;
    }
  }
}

/** The whole answer for one of the stand-in's made-up spaces. */
export function rightAnswer(id: string): unknown {
  const { spaceId, corpId } = demoSpace(id, sandboxCredentials.corpId);
  return { data: { conversationSpace: { spaceId, corpId } } };
}
