import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { freePort } from '../../scripts/support/free-port.ts';
import { testWithCompose } from '../support/deploy-tools.ts';
import { eventually } from '../support/eventually.ts';
import { startProcess, type GatewayProcess } from '../support/gateway-process.ts';
import { startHaproxy, testWithHaproxy } from '../support/load-balancers.ts';
import { startRedis, testWithRedis } from '../support/redis-server.ts';
import { fileBehind, readComposeFile } from './compose-file.ts';
import { secretFiles, withSecrets } from './environments.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'gateway-compose-run-'));
});
afterAll(() => rm(folder, { recursive: true }));

const query = '{ conversationSpace(openConversationId: "cid9FTRQSLo+sKxxxx") { spaceId } }';

async function ask(url: string, headers: Record<string, string>): Promise<[status: number, body: any]> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query }),
  });
  return [response.status, await response.json()];
}

const portOf = async ({ url }: GatewayProcess): Promise<string> => new URL(await url).port;

const testWithAll =
  [testWithCompose, testWithHaproxy, testWithRedis].find((each) => each === test.skip) ?? test;

testWithAll(
  'gateways, Redis and HAProxy of compose.yaml work together, with addresses of loopback',
  async () => {
    const compose = await readComposeFile();
    const fileOf = (service: string, target: string): string => fileBehind(compose, service, target);

    const [program, ...args] = compose.services['redis']!.command!;
    expect(program).toBe('redis-server');
    await using redis = await startRedis(
      ...args.map((each) => (each.startsWith('/run/secrets/') ? fileOf('redis', each) : each)),
    );

    const environment = compose.services['gateway-1']!.environment!;
    const entries = Object.entries(secretFiles(environment)).map(async ([name, target]) => {
      const content = (await readFile(fileOf('gateway-1', target), 'utf8')).trim();
      return [name, content.replace('@redis:6379', `@${new URL(redis.url).host}`)] as const;
    });
    const secrets = Object.fromEntries(await Promise.all(entries));
    const adminPorts = [await freePort(), await freePort()];
    const complete = await withSecrets(environment, secrets, folder);
    const start = (adminPort: number): GatewayProcess =>
      startProcess([process.execPath, 'dist/main.js'], {
        ...complete,
        HOST: '127.0.0.1',
        PORT: '0',
        ADMIN_HOST: '127.0.0.1',
        ADMIN_PORT: String(adminPort),
        // Nothing listens there: a collector that is away keeps no one from being answered.
        OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9',
      });
    await using one = start(adminPorts[0]!);
    await using two = start(adminPorts[1]!);
    const ports = [await portOf(one), await portOf(two)];

    const port = await freePort();
    const text = await readFile(fileOf('haproxy', '/usr/local/etc/haproxy/haproxy.cfg'), 'utf8');
    const config = text
      .replace('bind :8080', `bind 127.0.0.1:${port}`)
      .replace('bind :8404', `bind 127.0.0.1:${await freePort()}`)
      .replace('check port 4001 inter 1s', 'check inter 50ms')
      .replaceAll(
        /gateway-(\d):4000/g,
        (_all, number) => `127.0.0.1:${ports[number - 1]} port ${adminPorts[number - 1]}`,
      );
    await using haproxy = await startHaproxy(config, port);
    const settlesAt = (first: string, second: string): Promise<void> =>
      eventually(async () => {
        const states = await haproxy.states();
        return states['gateway/gateway-1'] === first && states['gateway/gateway-2'] === second;
      });

    await settlesAt('UP L7OK 200', 'UP L7OK 200');
    const key = { 'x-api-key': secrets['GATEWAY_API_KEYS']! };
    const answer = [200, { data: { conversationSpace: { spaceId: '798xxxxx' } } }];
    for (let index = 0; index < 2; index += 1) expect(await ask(haproxy.url, key)).toEqual(answer);
    expect(await ask(haproxy.url, {})).toEqual([401, expect.objectContaining({ errors: expect.anything() })]);

    using client = connect(secrets['REDIS_URL']!);
    await eventually(async () => (await client.redis.dbsize()) > 0);
    expect(await client.redis.config('GET', 'maxmemory-policy')).toEqual([
      'maxmemory-policy',
      'volatile-lru',
    ]);
    using stranger = connect(redis.url);
    await expect(stranger.redis.dbsize()).rejects.toThrow('NOAUTH');

    const killed = once(one.child, 'exit');
    one.child.kill('SIGKILL');
    await killed;
    // Before and after HAProxy knows.
    for (let index = 0; index < 2; index += 1) expect(await ask(haproxy.url, key)).toEqual(answer);
    await settlesAt('DOWN L4CON', 'UP L7OK 200');
    for (let index = 0; index < 2; index += 1) expect(await ask(haproxy.url, key)).toEqual(answer);
  },
  40_000,
);

function connect(url: string): { readonly redis: Redis } & Disposable {
  const redis = new Redis(url, { enableReadyCheck: false });
  redis.on('error', () => undefined);
  return { redis, [Symbol.dispose]: () => redis.disconnect() };
}
