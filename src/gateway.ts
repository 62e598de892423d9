import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { createLookupKeyOf } from './cache/lookup-key.ts';
import { createLookupCache } from './cache/lookup-cache.ts';
import type { Clock } from './async/clock.ts';
import type { Config } from './config/config.ts';
import { createAccessTokens } from './dingtalk/tokens/token-cache.ts';
import { createBudgets } from './dingtalk/pacing/rate-limiters.ts';
import { createUpstreamClient } from './dingtalk/http/client.ts';
import { createDingTalk } from './dingtalk/dingtalk.ts';
import { createProtection } from './dingtalk/resilience/protection.ts';
import { createSharedTokens } from './dingtalk/tokens/redis-token-supply.ts';
import { createCorpOf, createTokenSource } from './dingtalk/tokens/token-endpoint.ts';
import { createOwnTokens } from './dingtalk/tokens/token-supply.ts';
import type { Explorer } from './explorer/register-explorer.ts';
import { createSchema } from './graph/schema.ts';
import { createMetrics } from './observability/metrics/metrics.ts';
import { registerMetrics } from './server/metrics.route.ts';
import { createShared } from './redis/shared.ts';
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

/** Puts the gateway together: server → identity → graph → loader → cache → budget → token → client. */
export async function createGateway(
  config: Config,
  { log, clock, random }: GatewayDependencies,
): Promise<Gateway> {
  const { apiUrl, app: application, callsPerSecond, timeoutMs, mode } = config.dingtalk;
  const shared = config.redisUrl && (await createShared(config.redisUrl, config.dingtalk, { log, clock }));
  // Each of the stand-in's ids fails on its own: one must not speak for the others.
  const protectHost = mode !== 'sandbox';
  const upstream = createUpstreamClient(apiUrl, clock);
  const protection = createProtection(upstream, { clock, timeoutMs, protectHost });
  const { client, ban, breaker } = protection;
  const corpOf = createCorpOf(application);
  const metrics = createMetrics({
    clock,
    shared,
    secret: application.kind === 'suite' ? application.suiteSecret : application.appSecret,
    corpOf,
    monthlyQuota: config.dingtalk.monthlyQuota,
  });
  const { observer } = metrics;
  const budgets = createBudgets({
    clock,
    callsPerSecond,
    timeoutMs,
    random,
    observer,
    notBeforeMs: () => ban.untilMs,
    slowsDown: protectHost,
    shared,
  });
  const source = createTokenSource(application, { client, clock, budgets, observer });
  const tokens = createAccessTokens({
    source,
    supply: shared
      ? createSharedTokens({ source, kind: application.kind, shared, clock, timeoutMs })
      : createOwnTokens(source, clock),
    clock,
    timeoutMs,
    onEarlyRefreshFailed: (error) => log.warn({ err: error }, 'the access token could not be renewed early'),
  });
  const dingtalk = createDingTalk({
    tokens,
    budgets,
    protection,
    corpOf,
    clock,
    random,
    observer,
  });
  const lookups = createLookupCache({
    dingtalk,
    clock,
    timeoutMs,
    cache: config.cache,
    keyOf: createLookupKeyOf(config.dingtalk),
    shared,
    observer,
    onRevalidationFailed: (error) => logError(log, error),
  });
  // Read at every scrape of /metrics.
  metrics.watch({
    tokenAges: () => tokens.ages(),
    cached: () => lookups.cached,
    budgets: () => budgets.status(),
    breakerState: () => breaker.state,
  });
  const corpIdRequired = application.kind === 'suite' && application.corpId === undefined;
  const authenticator = await createAuthenticator(config.viewer, {
    client,
    clock,
    budgets,
    observer,
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
  const readiness = createReadiness({ corpIdRequired, tokens, breaker, clock, timeoutMs, log });
  registerHealth(app, readiness.whyNotReady);
  const explorer = config.explorer ? await addExplorer(app) : undefined;
  registerGraphQL(app, {
    apollo,
    authenticator,
    aliasOf: createViewerAlias(config.viewerLogKey),
    rateLimit: createViewerRateLimit(clock, config.limits.viewerRequestsPerSecond),
    lookups,
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
      await shared?.redis.opened(redisAtStartMs);
    },
    async close() {
      readiness.startDraining();
      // In this order: fastify's own drain waits for clients that keep their connections open.
      await apollo.stop();
      await app.close();
      await lookups.close();
      budgets.close();
      client.close();
      await metrics.close();
      shared?.redis.close();
    },
  };
}

/** Loaded only where it is wanted: most of a production image has no use for it. */
async function addExplorer(app: FastifyInstance): Promise<Explorer> {
  const { registerExplorer } = await import('./explorer/register-explorer.ts');
  return registerExplorer(app, { endpoint: '/graphql' });
}
