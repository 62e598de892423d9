import { sandboxCredentials } from '../../src/sandbox/credentials.ts';
import { demoSpace } from '../../src/sandbox/demo-space.ts';
import { startSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { startProcess, type GatewayProcess } from '../support/gateway-process.ts';
import { startRedis, type RedisServer } from '../support/redis-server.ts';

export interface Replica {
  /** The whole answer to `{ conversationSpace(…) { spaceId corpId } }`, or a rejection when the connection is lost. */
  ask(id: string, unionId?: string): Promise<unknown>;
  /** `kill -9`. */
  kill(): Promise<void>;
}

export interface Replicas extends AsyncDisposable {
  readonly redis: RedisServer;
  readonly upstream: Sandbox;
  /** One more gateway in a process of its own. */
  start(): Promise<Replica>;
}

/** One Redis and one stand-in, for gateways as `npm start` runs them. */
export async function startReplicas(environment: NodeJS.ProcessEnv): Promise<Replicas> {
  const redis = await startRedis();
  // What arrives too fast is for the test to find, by what the stand-in saw and when.
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

/** The whole answer for one of the stand-in's made-up spaces. */
export function rightAnswer(id: string): unknown {
  const { spaceId, corpId } = demoSpace(id, sandboxCredentials.corpId);
  return { data: { conversationSpace: { spaceId, corpId } } };
}
