import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { readConfig } from '../../src/config/read-config.ts';
import { sandboxCredentials } from '../../src/sandbox/credentials.ts';
import { codeBlocks } from '../support/code-blocks.ts';
import { testWithCompose } from '../support/deploy-tools.ts';
import { tableRows } from '../support/page-tables.ts';
import { readPage } from '../support/pages.ts';
import { composeText, fileBehind, readComposeFile, type ComposeFile } from './compose-file.ts';
import { secretFiles, unknownVariables, withSecrets, type Environment } from './environments.ts';

const section = /^## Compose\n(.*?)^## /ms.exec(await readPage('docs/deployment.md'))?.[1] ?? '';
const gateways = ['gateway-1', 'gateway-2'];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'gateway-compose-'));
});
afterAll(() => rm(folder, { recursive: true }));

const environmentOf = ({ services }: ComposeFile, name: string): Environment =>
  services[name]!.environment ?? {};

/** The `.env` of the page. */
const ownVariables: Environment = Object.fromEntries(
  codeBlocks(section, 'ini')
    .join('')
    .trim()
    .split('\n')
    .map((line) => line.split('=') as [string, string]),
);

/** The content of the secrets' files, by the name of the variable. */
async function secretsOf(compose: ComposeFile, service: string): Promise<Environment> {
  const entries = Object.entries(secretFiles(environmentOf(compose, service))).map(
    async ([name, target]) =>
      [name, (await readFile(fileBehind(compose, service, target), 'utf8')).trim()] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}

testWithCompose.each([
  ['a misspelt field', 'read_only:', 'read_onyl:', 'read_onyl'],
  ['a value of another type', 'stop_grace_period: 20s', 'stop_grace_period: [20]', 'stop_grace_period'],
  ['a secret that is none', 'secrets: [redis-users]', 'secrets: [redis-user]', 'undefined secret redis-user'],
])('Docker Compose accepts the file, and refuses it with %s', async (_what, from, to, message) => {
  await expect(readComposeFile()).resolves.toHaveProperty('services');
  await expect(readComposeFile({}, composeText.replace(from, to))).rejects.toThrow(message);
});

testWithCompose(
  'every service is restricted, bounded and checked, and only loopback reaches it',
  async () => {
    const { services } = await readComposeFile();

    expect(Object.keys(services).toSorted()).toEqual(
      [...gateways, 'grafana', 'haproxy', 'otel-collector', 'prometheus', 'redis'].toSorted(),
    );
    for (const [name, service] of Object.entries(services)) {
      expect({ name, ...service }).toMatchObject({
        name,
        read_only: true,
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
        user: expect.stringMatching(/^[1-9]\d*:\d+$/),
        restart: 'unless-stopped',
        logging: { driver: 'local' },
        image: expect.stringMatching(/:v?\d+\.\d+/),
        deploy: {
          resources: {
            limits: { cpus: expect.any(Number), memory: expect.any(String), pids: expect.any(Number) },
          },
        },
      });
      // Its image has no program that could check it.
      expect([name, service['healthcheck'] !== undefined]).toEqual([name, name !== 'otel-collector']);
      for (const { host_ip: address } of service.ports ?? [])
        expect([name, address]).toEqual([name, '127.0.0.1']);
    }
  },
);

testWithCompose('Redis is reached by the gateways alone', async () => {
  const { services, networks } = await readComposeFile();
  const onItsNetwork = Object.entries(services).filter(([, each]) => 'redis' in each['networks']);

  expect(onItsNetwork.map(([name]) => name)).toEqual([...gateways, 'redis']);
  expect(Object.keys(services['redis']!['networks'])).toEqual(['redis']);
  expect(networks['redis']).toMatchObject({ internal: true });
  expect(services['redis']!.ports).toBeUndefined();
});

testWithCompose('every mounted file exists', async () => {
  const { services, secrets } = await readComposeFile();
  const mounted = [
    ...Object.values(services).flatMap(({ volumes = [] }) =>
      volumes.filter(({ type }) => type === 'bind').map(({ source }) => source),
    ),
    ...Object.values(secrets).map(({ file }) => file),
  ];

  expect(mounted.length).toBeGreaterThan(8);
  expect(mounted.filter((file) => !existsSync(file))).toEqual([]);
});

testWithCompose('in the sandbox the gateway knows every variable, and accepts them all', async () => {
  const compose = await readComposeFile();
  const environment = environmentOf(compose, 'gateway-1');
  expect(environmentOf(compose, 'gateway-2')).toEqual(environment);
  expect(unknownVariables(environment)).toEqual([]);

  const complete = await withSecrets(environment, await secretsOf(compose, 'gateway-1'), folder);
  const result = readConfig(complete, sandboxCredentials);

  expect(result).toMatchObject({
    ok: true,
    config: {
      host: '::',
      port: 4000,
      production: true,
      dingtalk: { mode: 'sandbox' },
      viewer: { kind: 'fixed', apiKeys: [{ key: 'for-the-sandbox-only' }] },
      redisUrl: new URL('redis://:for-the-sandbox-only@redis:6379'),
    },
    warnings: [],
  });
});

testWithCompose('with the .env of the page it is live, with the secrets of its folder', async () => {
  const compose = await readComposeFile(ownVariables);
  // env_file adds what the file itself does not set.
  const environment = { ...ownVariables, ...environmentOf(compose, 'gateway-1') };
  const secrets = {
    DINGTALK_APP_SECRET: 'made-up app secret 1',
    GATEWAY_API_KEYS: '0123456789abcdef0123',
    VIEWER_LOG_KEY: 'fedcba9876543210',
    REDIS_URL: 'redis://:0123456789abcdef@redis:6379',
  };
  const files = Object.values(compose.secrets).map(({ file }) => file);

  const result = readConfig(await withSecrets(environment, secrets, folder), sandboxCredentials);

  expect(files.toSorted()).toEqual(
    tableRows(section, ['file', 'holds', 'read by'])
      .map(([file]) => `${ownVariables['SECRETS_DIR']}/${file!.slice(1, -1)}`)
      .toSorted(),
  );
  expect(result).toMatchObject({
    ok: true,
    config: {
      dingtalk: { mode: 'live', app: { appSecret: secrets.DINGTALK_APP_SECRET } },
      viewer: { kind: 'fixed', apiKeys: [{ key: secrets.GATEWAY_API_KEYS }] },
    },
    warnings: [],
  });
});

testWithCompose('the secrets of the sandbox start no live gateway', async () => {
  const { SECRETS_DIR: _left, ...withoutFolder } = ownVariables;
  const compose = await readComposeFile(withoutFolder);
  const environment = { ...withoutFolder, ...environmentOf(compose, 'gateway-1') };

  const complete = await withSecrets(environment, await secretsOf(compose, 'gateway-1'), folder);

  expect(readConfig(complete, sandboxCredentials)).toMatchObject({
    ok: false,
    problems: [{ variable: expect.stringMatching(/^DINGTALK_APP_SECRET/) }],
  });
});

testWithCompose('a gateway has the time to stop that it asks for', async () => {
  const { services } = await readComposeFile();

  for (const name of gateways) {
    const { environment, stop_grace_period: grace } = services[name]!;
    const delayS = Number(environment!['SHUTDOWN_DELAY_MS']) / 1000;
    expect(Number(/^(\d+)s$/.exec(grace)?.[1])).toBeGreaterThan(delayS + 10);
  }
});

testWithCompose(
  'Prometheus, Grafana and the gateways ask each other by names and ports that exist',
  async () => {
    const compose = await readComposeFile();
    const configOf = async (service: string, target: string): Promise<any> =>
      parse(await readFile(fileBehind(compose, service, target), 'utf8'));
    const prometheus = await configOf('prometheus', '/etc/prometheus/prometheus.yml');
    const { datasources } = await configOf('grafana', '/etc/grafana/provisioning/datasources/prometheus.yml');
    const { providers } = await configOf('grafana', '/etc/grafana/provisioning/dashboards/gateway.yml');
    const collector = await configOf('otel-collector', '/etc/otelcol/collector.yaml');
    const { ADMIN_PORT: adminPort, OTEL_EXPORTER_OTLP_ENDPOINT: endpoint } = environmentOf(
      compose,
      'gateway-1',
    );
    const targets: string[] = prometheus.scrape_configs.flatMap(({ static_configs: configs = [] }: any) =>
      configs.flatMap((each: any) => each.targets),
    );

    expect(targets).toEqual(expect.arrayContaining(gateways.map((name) => `${name}:${adminPort}`)));
    expect(targets.filter((target) => !Object.hasOwn(compose.services, target.replace(/:\d+$/, '')))).toEqual(
      [],
    );
    const haproxy = await readFile(
      fileBehind(compose, 'haproxy', '/usr/local/etc/haproxy/haproxy.cfg'),
      'utf8',
    );
    expect(haproxy).toContain(` check port ${adminPort} `);
    for (const name of gateways) {
      expect(haproxy).toContain(`server ${name} ${name}:4000`);
      expect(compose.services[name]!['healthcheck'].test.join(' ')).toContain(`:${adminPort}/healthz`);
    }
    for (const file of prometheus.rule_files) {
      expect(existsSync(fileBehind(compose, 'prometheus', path.resolve('/etc/prometheus', file)))).toBe(true);
    }
    expect(datasources.map(({ url }: any) => url)).toEqual(['http://prometheus:9090']);
    const dashboard = fileBehind(compose, 'grafana', `${providers[0].options.path}/dashboard.json`);
    const sources = JSON.stringify(JSON.parse(await readFile(dashboard, 'utf8'))).matchAll(
      /"datasource":\{[^}]*"uid":"([^"]+)"/g,
    );
    const unknown = Array.from(sources, ([, uid = '']) => uid).filter(
      (uid) => !uid.startsWith('$') && uid !== '-- Grafana --' && uid !== datasources[0].uid,
    );
    expect(unknown).toEqual([]);
    expect(endpoint).toBe('http://otel-collector:4318');
    expect(collector.receivers.otlp.protocols.http.endpoint).toBe('0.0.0.0:4318');
  },
);

test('every part of the collector is defined, and used', async () => {
  const { receivers, processors, exporters, service } = parse(
    await readFile('deploy/otel/collector.yaml', 'utf8'),
  );
  const pipelines: any[] = Object.values(service.pipelines);
  const used = (kind: string): string[] =>
    [...new Set(pipelines.flatMap((pipeline) => pipeline[kind]))].toSorted();

  expect(Object.keys(service.pipelines)).toEqual(['traces', 'metrics']);
  expect(used('receivers')).toEqual(Object.keys(receivers).toSorted());
  expect(used('processors')).toEqual(Object.keys(processors).toSorted());
  expect(used('exporters')).toEqual(Object.keys(exporters).toSorted());
});
