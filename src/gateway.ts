import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { createLookupKeyOf } from './cache/lookup-key.ts';
import { createLookupCache } from './cache/lookup-cache.ts';
import type { Clock } from './async/clock.ts';
import type { Config, TelemetryConfig } from './config/config.ts';
import { credentialsOf } from './domain/application.ts';
import { createSeal } from './domain/seal.ts';
import { upstreamName } from './domain/upstream.ts';
import { version } from './domain/version.ts';
import { createDingTalk } from './dingtalk/dingtalk.ts';
import type { Explorer } from './explorer/register-explorer.ts';
import { createSchema } from './graph/schema.ts';
import { createLineLimit } from './observability/line-limit.ts';
import { droppedLogLines } from './observability/log-destination.ts';
import { createProxyLog } from './observability/proxy-log.ts';
import { createMonthStore } from './observability/metrics/create-month-store.ts';
import { createMetrics } from './observability/metrics/metrics.ts';
import type { Telemetry, TelemetryDependencies } from './observability/telemetry/telemetry.ts';
import { registerMetrics } from './server/metrics.route.ts';
import { createSealedRedis } from './redis/sealed-redis.ts';
import { createAuthenticator } from './identity/create-authenticator.ts';
import { createViewerAlias } from './identity/viewer-alias.ts';
import { createViewerRateLimit } from './identity/viewer-rate-limit.ts';
import { startApollo } from './server/graphql/apollo.ts';
import { createApp } from './server/app.ts';
import { createRequestLines } from './server/request-line.ts';
import { logLimited } from './observability/error-log.ts';
import { registerGraphQL } from './server/graphql/graphql.route.ts';
import { registerHealth, type ReadinessCheck } from './server/health.route.ts';
import { createReadiness } from './server/readiness.ts';

export interface Gateway {
  /** Ready to listen. */
  readonly app: FastifyInstance;
  /** Waits briefly for Redis, so that the first requests find its connection open. */
  prepare(): Promise<void>;
  /** Why the gateway cannot serve right now; empty when it can. */
  readonly whyNotReady: ReadinessCheck;
  /** Accepts no new requests, waits up to eight seconds for running ones, and releases all resources. */
  close(): Promise<void>;
}

interface GatewayDependencies {
  readonly log: Logger;
  readonly clock: Clock;
  /** Returns a number from 0 up to, but not including, 1. For jitter. */
  readonly random: () => number;
}

/** How long the start waits for a slow Redis. One that refuses the connection costs no time. */
const redisAtStartMs = 500;

/** Composes the gateway: server → identity → graph → cache → DingTalk. */
export async function createGateway(
  config: Config,
  { log, clock, random }: GatewayDependencies,
): Promise<Gateway> {
  const { app: application, timeoutMs, mode, monthlyQuota } = config.dingtalk;
  const { key, secret, otherSecret } = credentialsOf(application);
  const upstream = upstreamName(config.dingtalk.apiUrl);
  const seal = createSeal({ upstream, app: key, secret, otherSecret });
  const sealedRedis = config.redisUrl && (await createSealedRedis(config.redisUrl, seal, { log, clock }));
  const metrics = createMetrics({
    clock,
    monthStore: await createMonthStore({ sealedRedis, stateDir: config.stateDir, seal, clock, log }),
    redis: sealedRedis?.redis,
    corpLabelKey: key,
    monthlyQuota,
    version,
  });
  const { observer } = metrics;
  const telemetry =
    config.telemetry &&
    (await addTelemetry(config.telemetry, { log, clock, metrics, apiUrl: config.dingtalk.apiUrl }));
  const lineLimit = createLineLimit(log, clock);
  const requestLines = log.isLevelEnabled('info') ? createRequestLines(log, lineLimit) : undefined;
  const dingtalk = createDingTalk({
    ...config.dingtalk,
    // In the sandbox each id fails by itself, which says nothing about the host.
    protectHost: mode !== 'sandbox',
    sealedRedis,
    clock,
    random,
    observer,
    tracer: telemetry?.tracer,
    onProxy: createProxyLog(log),
    onEarlyRefreshFailed: (error) => log.warn({ err: error }, 'could not renew the access token early'),
    onSecretTaken: (place) =>
      log.warn(`DingTalk takes the ${place} of the app's two secrets and refuses the other`),
  });
  const lookups = createLookupCache({
    dingtalk,
    clock,
    timeoutMs,
    cache: config.cache,
    keyOf: createLookupKeyOf(config.dingtalk),
    sealedRedis,
    observer,
    onRevalidationFailed: (error) => logLimited(log, lineLimit, error),
  });
  metrics.watch({
    dingtalk: dingtalk.status,
    cached: () => lookups.cached,
    droppedLogLines,
    spans: telemetry?.spans,
  });
  const { corpIdRequired } = dingtalk;
  const authenticator = await createAuthenticator(config.viewer, {
    dingtalk,
    clock,
    timeoutMs,
    log,
    corpIdRequired,
  });

  const { corsOrigins, limits, host, allowedHosts, hstsMaxAgeS } = config;
  const { errorsAnswered } = metrics;
  const app = await createApp({
    log,
    lineLimit,
    requestLines,
    corsOrigins,
    limits,
    answerTimeoutMs: timeoutMs,
    hstsMaxAgeS,
    host,
    allowedHosts,
    errorsAnswered,
  });
  registerMetrics(app, metrics);
  const apollo = await startApollo({
    schema: await createSchema(),
    httpServer: app.server,
    introspection: config.introspection,
    explainable: !config.production,
    maxLookupsPerRequest: config.maxLookupsPerRequest,
    limits: config.limits,
    log,
    errorsAnswered,
  });
  const readiness = createReadiness({ dingtalk, authenticator, clock, timeoutMs, log });
  registerHealth(app, readiness.whyNotReady);
  const explorer = config.explorer ? await addExplorer(app) : undefined;
  registerGraphQL(app, {
    apollo,
    authenticator,
    aliasOf: createViewerAlias(config.viewerLogKey),
    rateLimit: createViewerRateLimit(clock, config.limits.viewerRequestsPerSecond),
    findFor: (viewer, waiting, span) => (endpoint, inputs, onEnded) =>
      lookups.find(endpoint, inputs, viewer, waiting, onEnded, span),
    tracer: telemetry?.tracer,
    onKey: (name) => metrics.clientAuthenticated(name),
    seal,
    clock,
    timeoutMs,
    lineLimit,
    requestLines,
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
      await telemetry?.close();
      await metrics.close();
      sealedRedis?.redis.close();
    },
  };
}

/** Imported only when the explorer is on, because it loads slowly. */
async function addExplorer(app: FastifyInstance): Promise<Explorer> {
  const { registerExplorer } = await import('./explorer/register-explorer.ts');
  return registerExplorer(app, { endpoint: '/graphql' });
}

/** Imported only when something is exported, because it loads slowly. */
async function addTelemetry(
  config: TelemetryConfig,
  dependencies: TelemetryDependencies,
): Promise<Telemetry> {
  const { startTelemetry } = await import('./observability/telemetry/telemetry.ts');
  return startTelemetry(config, dependencies);
}
