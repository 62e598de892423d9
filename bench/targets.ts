import { writeFile } from 'node:fs/promises';
import { persistedDocuments, routerSecret } from './load/dialect.ts';
import { startChild } from './measure/child.ts';
import type { Surroundings, Target } from './target.ts';

/** A built program of `targets/`, configured by two variables. */
const program = (file: string, settings: Readonly<Record<string, string>> = {}): Run => ({
  arguments: () => [`bench/dist/${file}`],
  environment: ({ port, upstreamUrl }) => ({
    NODE_ENV: 'production',
    PORT: String(port),
    UPSTREAM_URL: upstreamUrl,
    ...settings,
  }),
});

type Run = Pick<Target, 'arguments' | 'environment'>;

/** Another GraphQL server over the same upstream. */
const peer = (name: string, what: string, run: Run): Target => ({
  name,
  what,
  dialect: 'graphql',
  caches: false,
  federated: false,
  ...run,
});

/** A peer with its cache: measured where an answer may be cached. */
const caching = (target: Target): Target => ({ ...target, caches: true, variant: true });
/** Long enough that an entry stays fresh for the whole run. */
const cacheOn = { CACHE_TTL_MS: '3600000' };
const cacheOff = { CACHE_TTL_MS: '0', CACHE_STALE_MS: '0', CACHE_NEGATIVE_TTL_MS: '0' };

/** The gateway as in production, with its rate limit out of the way. */
const gateway = (
  settings: (surroundings: Surroundings) => Readonly<Record<string, string>>,
  main = 'dist/main.js',
): Pick<Target, 'dialect' | 'federated' | 'refusalCode' | 'arguments' | 'environment'> => ({
  dialect: 'graphql',
  refusalCode: 'FORBIDDEN',
  federated: true,
  // As `npm start` does.
  arguments: () => ['--max-semi-space-size=32', main],
  environment: (surroundings) => ({
    NODE_ENV: 'production',
    LOG_LEVEL: 'warn',
    HOST: '127.0.0.1',
    PORT: String(surroundings.port),
    DINGTALK_API_URL: surroundings.upstreamUrl,
    DINGTALK_APP_KEY: 'sandbox-app-key',
    DINGTALK_APP_SECRET: 'sandbox-app-secret',
    DINGTALK_QPS: '10000',
    // A thousand requests at once on a busy machine may take longer than a realistic deadline.
    UPSTREAM_TIMEOUT_MS: '30000',
    VIEWER_AUTH: 'router',
    ROUTER_SECRET: routerSecret,
    ...settings(surroundings),
  }),
});

/** Hive Gateway, which calls the upstream itself: its supergraph is composed before its first start. */
const hive = (name: string, what: string, settings: Readonly<Record<string, string>> = {}): Target => {
  const supergraph = ({ folder }: Surroundings): string => `${folder}/${name}.graphql`;
  return {
    name,
    what,
    dialect: 'mesh',
    caches: false,
    federated: false,
    async prepare(surroundings) {
      const words = ['-c', 'bench/targets/hive/mesh.config.mjs', '-o', supergraph(surroundings)];
      const compose = startChild(process.execPath, ['bench/node_modules/.bin/mesh-compose', ...words], {
        UPSTREAM_URL: surroundings.upstreamUrl,
      });
      await compose.gone;
    },
    arguments: (surroundings) => [
      'bench/node_modules/@graphql-hive/gateway/dist/bin.js',
      'supergraph',
      supergraph(surroundings),
      '--config-path=bench/targets/hive/gateway.config.mjs',
      '--host=127.0.0.1',
      `--port=${surroundings.port}`,
    ],
    environment: ({ upstreamUrl }) => ({
      NODE_ENV: 'production',
      LOG_LEVEL: 'error',
      UPSTREAM_URL: upstreamUrl,
      ...settings,
    }),
  };
};

/** `main.js` of another build of the gateway, to compare this one with. */
const { BENCH_BASELINE: baselineMain } = process.env;
const baseline = (main: string): Target[] => [
  { name: 'baseline', what: 'the other build, cache off', caches: false, ...gateway(() => cacheOff, main) },
  {
    name: 'baseline-cache',
    what: 'the other build, cache on',
    caches: true,
    ...gateway(() => cacheOn, main),
  },
];

/** The reference of all ratios. */
export const limit: Target = {
  name: 'limit',
  what: '`node:http` in, `undici` out, no GraphQL',
  dialect: 'rest',
  caches: false,
  federated: false,
  ...program('limit.js'),
};

const gatewayWithoutCache: Target = {
  name: 'gateway',
  what: 'this gateway, cache off',
  caches: false,
  ...gateway(() => cacheOff),
};

/** The same target with an upstream over TLS, as DingTalk is. */
const overTls = (target: Target): Target => ({
  ...target,
  name: `${target.name}-tls`,
  what: `the same as \`${target.name}\`, its upstream over TLS`,
  overTls: true,
  reference: 'limit-tls',
  beside: target.name,
  workloads: ['W1-32', 'W2-0ms', 'W2-50ms', 'W2-wave'],
  environment: (surroundings) => {
    const { url = '', certificateFile = '' } = surroundings.tls ?? {};
    return {
      ...target.environment({ ...surroundings, upstreamUrl: url }),
      NODE_EXTRA_CA_CERTS: certificateFile,
    };
  },
});

const documentsFile = ({ folder }: Surroundings): string => `${folder}/documents.json`;

/** All targets, in the order of their turns. */
export const targets: readonly Target[] = [
  limit,
  overTls(limit),
  {
    name: 'sdk',
    what: "DingTalk's own SDK behind `node:http`",
    dialect: 'rest',
    caches: false,
    federated: false,
    ...program('sdk.js'),
  },
  peer('apollo-got', 'Apollo Server with got', program('apollo-got.js')),
  peer('apollo-got-dataloader', 'the same with DataLoader', program('apollo-got-dataloader.js')),
  peer('yoga', 'graphql-yoga with fetch', program('yoga.js')),
  peer('mercurius', 'mercurius with its compiler and undici', program('mercurius.js')),
  caching(peer('yoga-cache', 'the same yoga with its response cache', program('yoga.js', cacheOn))),
  caching(peer('mercurius-cache', 'the same mercurius with its cache', program('mercurius.js', cacheOn))),
  hive('hive', 'Hive Gateway over a Mesh JSON-schema subgraph of the same upstream'),
  caching(hive('hive-cache', 'the same Hive Gateway with its response cache', cacheOn)),
  gatewayWithoutCache,
  overTls(gatewayWithoutCache),
  { name: 'gateway-cache', what: 'this gateway, cache on', caches: true, ...gateway(() => cacheOn) },
  {
    name: 'gateway-persisted',
    what: 'this gateway, cache on, asked by the ids of persisted documents',
    caches: true,
    beside: 'gateway-cache',
    workloads: ['W1-32', 'W2-0ms', 'W4', 'W5'],
    prepare: (surroundings) => writeFile(documentsFile(surroundings), JSON.stringify(persistedDocuments())),
    ...gateway((surroundings) => ({ ...cacheOn, PERSISTED_DOCUMENTS: documentsFile(surroundings) })),
    dialect: 'persisted',
  },
  {
    name: 'gateway-redis',
    what: 'this gateway with Redis (whose own CPU time is not counted)',
    caches: true,
    needsRedis: true,
    beside: 'gateway-cache',
    ...gateway(({ redisUrl }) => ({ ...cacheOn, REDIS_URL: redisUrl })),
  },
  {
    name: 'gateway-cluster',
    what: 'this gateway with a Redis Cluster of three nodes (whose own CPU time is not counted)',
    caches: true,
    needsCluster: true,
    beside: 'gateway-cache',
    workloads: ['W1-1', 'W1-32', 'W1-128', 'W2-0ms', 'W2-50ms', 'W2-wave', 'W4'],
    ...gateway(({ clusterUrl = '' }) => ({ ...cacheOn, REDIS_URL: clusterUrl })),
  },
  ...(baselineMain === undefined ? [] : baseline(baselineMain)),
];
