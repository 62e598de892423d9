import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { createLookupKeyOf } from './cache/lookup-key.ts';
import { createLookupCache } from './cache/lookup-cache.ts';
import type { Clock } from './async/clock.ts';
import type { Config } from './config/config.ts';
import { createDingTalk } from './dingtalk/dingtalk.ts';
import type { Explorer } from './explorer/register-explorer.ts';
import { createSchema } from './graph/schema.ts';
import { createMetrics } from './observability/metrics/metrics.ts';
import { registerMetrics } from './server/metrics.route.ts';
import { createSealedRedis } from './redis/sealed-redis.ts';
import { createAuthenticator } from './identity/create-authenticator.ts';
import { createViewerAlias } from './identity/viewer-alias.ts';
import { createViewerRateLimit } from './identity/viewer-rate-limit.ts';
import { startApollo } from './server/graphql/apollo.ts';
import { createApp } from './server/app.ts';
import { logError } from './observability/error-log.ts';
import { registerGraphQL } from './server/graphql/graphql.route.ts';
import { registerHealth, type ReadinessCheck } from './server/health.route.ts';
import { createReadiness } from './server/readiness.ts';

export interface Gateway {
  /** Set up to listen. */
  readonly app: FastifyInstance;
  /** Waits a moment for what the first requests would else do without: they may not wait. */
  prepare(): Promise<void>;
  /** Why it could not serve right now; empty when it can. */
  readonly whyNotReady: ReadinessCheck;
  /** Takes no new work, lets what is under way finish for up to eight seconds, and lets go of everything. */
  close(): Promise<void>;
}

interface GatewayDependencies {
  readonly log: Logger;
  readonly clock: Clock;
  /** From 0 up to 1: what keeps many that wait for the same moment apart. */
  readonly random: () => number;
}

/** How long a start waits for a Redis that is there but slow. One that is down costs nothing. */
const redisAtStartMs = 500;

/** Puts the gateway together: server → identity → graph → cache → DingTalk. */
export async function createGateway(
  config: Config,
  { log, clock, random }: GatewayDependencies,
): Promise<Gateway> {
  const { app: application, timeoutMs, mode, monthlyQuota } = config.dingtalk;
  const sealedRedis =
    config.redisUrl && (await createSealedRedis(config.redisUrl, config.dingtalk, { log, clock }));
  const metrics = createMetrics({
    clock,
    sealedRedis,
    secret: application.kind === 'suite' ? application.suiteSecret : application.appSecret,
    monthlyQuota,
  });
  const { observer } = metrics;
  const dingtalk = createDingTalk({
    ...config.dingtalk,
    // The stand-in's ids fail each on its own.
    protectHost: mode !== 'sandbox',
    sealedRedis,
    clock,
    random,
    observer,
    onEarlyRefreshFailed: (error) => log.warn({ err: error }, 'the access token could not be renewed early'),
  });
  const lookups = createLookupCache({
    dingtalk,
    clock,
    timeoutMs,
    cache: config.cache,
    keyOf: createLookupKeyOf(config.dingtalk),
    sealedRedis,
    observer,
    onRevalidationFailed: (error) => logError(log, error),
  });
  metrics.watch({ dingtalk: dingtalk.status, cached: () => lookups.cached });
  const { corpIdRequired } = dingtalk;
  const authenticator = await createAuthenticator(config.viewer, {
    dingtalk,
    clock,
    timeoutMs,
    corpIdRequired,
  });

  const { corsOrigins, limits, host, allowedHosts } = config;
  const app = await createApp({ log, corsOrigins, limits, answerTimeoutMs: timeoutMs, host, allowedHosts });
  registerMetrics(app, metrics);
  const apollo = await startApollo({
    schema: await createSchema(),
    httpServer: app.server,
    introspection: config.introspection,
    explainable: !config.production,
    maxLookupsPerRequest: config.maxLookupsPerRequest,
    limits: config.limits,
    log,
  });
  const readiness = createReadiness({ dingtalk, clock, timeoutMs, log });
  registerHealth(app, readiness.whyNotReady);
  const explorer = config.explorer ? await addExplorer(app) : undefined;
  registerGraphQL(app, {
    apollo,
    authenticator,
    aliasOf: createViewerAlias(config.viewerLogKey),
    rateLimit: createViewerRateLimit(clock, config.limits.viewerRequestsPerSecond),
    findFor: (viewer, waiting) => (endpoint, inputs, onEnded) =>
      lookups.find(endpoint, inputs, viewer, waiting, onEnded),
    clock,
    timeoutMs,
    explainable: !config.production,
    maxLookups: config.maxLookupsPerRequest,
    limits: config.limits,
    explorer,
  });

  return {
    app,
    whyNotReady: readiness.whyNotReady,
    async prepare() {
      await sealedRedis?.redis.opened(redisAtStartMs);
    },
    async close() {
      readiness.startDraining();
      // In this order: fastify's own drain waits for clients that keep their connections open.
      await apollo.stop();
      await app.close();
      await lookups.close();
      dingtalk.close();
      await metrics.close();
      sealedRedis?.redis.close();
    },
  };
}

/** Loaded only where it is wanted: most of a production image has no use for it. */
async function addExplorer(app: FastifyInstance): Promise<Explorer> {
  const { registerExplorer } = await import('./explorer/register-explorer.ts');
  return registerExplorer(app, { endpoint: '/graphql' });
}
