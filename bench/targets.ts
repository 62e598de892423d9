import { routerSecret } from './load/dialect.ts';
import type { Surroundings, Target } from './target.ts';

/** A program of `targets/`, told where it is by two variables. */
const program = (file: string, settings: Readonly<Record<string, string>> = {}): Run => ({
  arguments: () => [`bench/targets/${file}`],
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

const caching = (target: Target): Target => ({ ...target, caches: true });
const cacheOn = { RESPONSE_CACHE: 'on' };
const cacheOff = { CACHE_TTL_MS: '0', CACHE_STALE_MS: '0', CACHE_NEGATIVE_TTL_MS: '0' };

/** The gateway as it runs in production, its pace out of the way. */
const gateway = (
  settings: (surroundings: Surroundings) => Readonly<Record<string, string>>,
): Pick<Target, 'dialect' | 'federated' | 'arguments' | 'environment'> => ({
  dialect: 'graphql',
  federated: true,
  arguments: () => ['dist/main.js'],
  environment: (surroundings) => ({
    NODE_ENV: 'production',
    LOG_LEVEL: 'warn',
    HOST: '127.0.0.1',
    PORT: String(surroundings.port),
    DINGTALK_API_URL: surroundings.upstreamUrl,
    DINGTALK_APP_KEY: 'sandbox-app-key',
    DINGTALK_APP_SECRET: 'sandbox-app-secret',
    DINGTALK_QPS: '10000',
    // A thousand at once on a machine that is busy otherwise may take longer than anybody would wait.
    UPSTREAM_TIMEOUT_MS: '30000',
    VIEWER_AUTH: 'router',
    ROUTER_SECRET: routerSecret,
    ...settings(surroundings),
  }),
});

/** What every ratio is to. */
export const limit: Target = {
  name: 'limit',
  what: '`node:http` in, `undici` out, no GraphQL',
  dialect: 'rest',
  caches: false,
  federated: false,
  ...program('limit.ts'),
};

/** All that can be measured, in the order of their turns. */
export const targets: readonly Target[] = [
  limit,
  {
    name: 'sdk',
    what: "DingTalk's own SDK behind `node:http`",
    dialect: 'rest',
    caches: false,
    federated: false,
    ...program('sdk.ts'),
  },
  peer('apollo-got', 'Apollo Server with got', program('apollo-got.ts')),
  peer('apollo-got-dataloader', 'the same with DataLoader', program('apollo-got-dataloader.ts')),
  peer('yoga', 'graphql-yoga with fetch', program('yoga.ts')),
  peer('mercurius', 'mercurius with its compiler and undici', program('mercurius.ts')),
  caching(peer('yoga-cache', 'the same yoga with its response cache', program('yoga.ts', cacheOn))),
  caching(peer('mercurius-cache', 'the same mercurius with its cache', program('mercurius.ts', cacheOn))),
  { name: 'gateway', what: 'this gateway, cache off', caches: false, ...gateway(() => cacheOff) },
  { name: 'gateway-cache', what: 'this gateway as it comes', caches: true, ...gateway(() => ({})) },
  {
    name: 'gateway-redis',
    what: 'this gateway with Redis (whose own CPU time is not counted)',
    caches: true,
    needsRedis: true,
    ...gateway(({ redisUrl }) => ({ REDIS_URL: redisUrl })),
  },
];
