import { expect } from '@jest/globals';
import { Redis as Client } from 'ioredis';
import { startRedis, testWithRedis } from '../support/redis-server.ts';
import { startGateway, type GatewayUnderTest } from '../support/start-gateway.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import { mostInASecond } from './most-in-a-second.ts';

const callsPerSecond = 10;
const replicas = 3;

const after = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Asks for new ids again and again, ten at once, until `signal` is aborted. */
async function keepAsking({ query }: GatewayUnderTest, name: string, signal: AbortSignal): Promise<void> {
  for (let round = 0; !signal.aborted; round += 1) {
    const aliases = Array.from(
      { length: 10 },
      (_, at) =>
        `a${at}: conversationSpace(openConversationId: "cid.demo.${name}.${round}.${at}") { corpId }`,
    );
    await query(`{ ${aliases.join(' ')} }`, {}, {}, signal).catch(() => undefined);
  }
}

testWithRedis(
  'three gateways on a Redis that fails never exceed the pace by more than one call each',
  async () => {
    await using redis = await startRedis('--enable-debug-command', 'yes');
    await using proxy = await startTcpProxy(Number(new URL(redis.url).port));
    const environment = {
      REDIS_URL: `redis://127.0.0.1:${proxy.port}`,
      DINGTALK_QPS: String(callsPerSecond),
      UPSTREAM_TIMEOUT_MS: '20000',
    };
    await using first = await startGateway({ environment });
    const others = { ...environment, DINGTALK_API_URL: first.upstream.url };
    await using second = await startGateway({ environment: others });
    await using third = await startGateway({ environment: others });
    const { upstream } = first;
    upstream.setLatency(20, 'conversationSpace');

    /** A connection of its own, so that no failure of the proxy is one of this command. */
    async function tell(...command: readonly [string, ...string[]]): Promise<void> {
      const client = new Client(redis.url, { maxRetriesPerRequest: 0, retryStrategy: null });
      client.on('error', () => undefined);
      const [name, ...args] = command;
      await client.call(name, ...args).catch(() => undefined);
      client.disconnect();
    }
    const failures: readonly (readonly [string, () => Promise<unknown>])[] = [
      [
        'killed, restarted empty',
        async () => {
          await redis.stop();
          await after(300);
          await redis.start();
        },
      ],
      ['asleep for 0.2 s', () => tell('DEBUG', 'SLEEP', '0.2')],
      ['asleep for 1.5 s', () => tell('DEBUG', 'SLEEP', '1.5')],
      ['all clients killed', () => tell('CLIENT', 'KILL', 'TYPE', 'normal')],
      [
        'connections refused for 1.5 s',
        async () => {
          proxy.setMode({ kind: 'refuse' });
          await after(1500);
          proxy.setMode({ kind: 'pass' });
        },
      ],
      [
        'answers late for 1.5 s',
        async () => {
          proxy.setMode({ kind: 'delay', ms: 70 });
          await after(1500);
          proxy.setMode({ kind: 'pass' });
        },
      ],
      [
        'refuses scripts for 1.5 s',
        async () => {
          await tell('ACL', 'SETUSER', 'default', '-evalsha', '-eval');
          await after(1500);
          await tell('ACL', 'SETUSER', 'default', '+evalsha', '+eval');
        },
      ],
    ];

    const end = new AbortController();
    const asking = [first, second, third].flatMap((gateway, index) =>
      ['a', 'b'].map((client) => keepAsking(gateway, `${index}${client}`, end.signal)),
    );
    await after(3000);
    const report: Record<string, { readonly worstSecond: number; readonly afterwards: number }> = {};
    for (const [kind, fail] of failures) {
      const fromMs = performance.now() - 1000;
      await fail();
      await after(4000);
      const startsMs = upstream.callsTo('conversationSpace').map(({ atMs }) => atMs);
      const [toMs] = [performance.now()];
      report[kind] = {
        worstSecond: mostInASecond(startsMs.filter((atMs) => atMs >= fromMs)),
        afterwards: startsMs.filter((atMs) => atMs >= toMs - 1000).length,
      };
    }
    end.abort();
    await Promise.all(asking);

    console.info(report);
    for (const { worstSecond } of Object.values(report)) {
      expect(worstSecond).toBeLessThanOrEqual(callsPerSecond + replicas);
    }
    // Each time calls went on.
    for (const { afterwards } of Object.values(report)) expect(afterwards).toBeGreaterThan(0);
  },
  90_000,
);
