import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { createLookupKeyOf } from './cache/lookup-key.ts';
import { createLookupCache, type LookupCache } from './cache/lookup-cache.ts';
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
import { createStatusReport } from './observability/status-report.ts';
import { countRequests } from './server/metrics.route.ts';
import { createSealedRedis } from './redis/sealed-redis.ts';
import { createAuthenticator } from './identity/create-authenticator.ts';
import type { Sessions, SessionsOptions } from './identity/sessions/sessions.ts';
import { createViewerAlias } from './identity/viewer-alias.ts';
import { createViewerRateLimit } from './identity/viewer-rate-limit.ts';
import { startApollo } from './server/graphql/apollo.ts';
import { documentsFor, readDocuments } from './server/graphql/configured-documents.ts';
import { createOriginCheck } from './domain/origin.ts';
import { createApp } from './server/app.ts';
import { createRequestLines } from './server/request-line.ts';
import { logLimited } from './observability/error-log.ts';
import { registerGraphQL } from './server/graphql/graphql.route.ts';
import { registerSessions } from './server/session/session.route.ts';
import type { ReadinessCheck } from './server/health.route.ts';
import { createReadiness } from './server/readiness.ts';
import { registerOperations } from './server/operations.ts';

export interface Gateway {
  /** Ready to listen. */
  readonly app: FastifyInstance;
  /** The same for `ADMIN_PORT`; undefined: it is not set. */
  readonly admin: FastifyInstance | undefined;
  /** Waits briefly for Redis, so that the first requests find its connection open. */
  prepare(): Promise<void>;
  /** Why the gateway cannot serve right now; empty when it can. */
  readonly whyNotReady: ReadinessCheck;
  /**
   * Not ready from now on. After `delayMs` accepts no new connections, closes idle ones once all have been quiet for
   * `quietMs`, waits up to eight seconds for running requests, and releases all resources.
   */
  close(ending?: Ending): Promise<void>;
}

interface Ending {
  readonly delayMs: number;
  readonly quietMs: number;
}

interface GatewayDependencies {
  readonly log: Logger;
  readonly clock: Clock;
  /** Returns a number from 0 up to, but not including, 1. For jitter. */
  readonly random: () => number;
}

/** How long the start waits for a slow Redis. One that refuses the connection costs no time. */
const redisAtStartMs = 500;

/** How long the end waits for answers on the admin port. */
const longestScrapeMs = 500;

/** Composes the gateway: server → identity → graph → cache → DingTalk. */
export async function createGateway(
  config: Config,
  { log, clock, random }: GatewayDependencies,
): Promise<Gateway> {
  const schema = await createSchema();
  // First of all: where a document is wrong, nothing has been opened.
  const persisted = readDocuments(config, schema);
  const { app: application, timeoutMs, mode, monthlyQuota } = config.dingtalk;
  const { key, secret, otherSecret } = credentialsOf(application);
  const upstream = upstreamName(config.dingtalk.apiUrl);
  const { redisUrl, redisTls: tls } = config;
  const inOneSlot = redisUrl?.protocol.endsWith('+cluster:') ?? false;
  const seal = createSeal({ upstream, app: key, secret, otherSecret, inOneSlot });
  const sealedRedis = redisUrl && (await createSealedRedis(redisUrl, seal, { log, clock, tls }));
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
  const { corpIdRequired } = dingtalk;
  const sessions =
    config.viewer.kind === 'session'
      ? await addSessions({ config: config.viewer, app: application, dingtalk, clock, sealedRedis })
      : undefined;
  const authenticator = await createAuthenticator(config.viewer, {
    dingtalk,
    clock,
    timeoutMs,
    log,
    corpIdRequired,
    sessions,
  });

  const { corsOrigins, limits, host, allowedHosts, hstsMaxAgeS } = config;
  const { errorsAnswered } = metrics;
  const http = {
    log,
    lineLimit,
    requestLines,
    limits,
    answerTimeoutMs: timeoutMs,
    hstsMaxAgeS,
    allowedHosts,
    errorsAnswered,
  };
  const { app, drain } = await createApp({
    ...http,
    corsOrigins,
    corsMethods: sessions ? ['GET', 'POST', 'DELETE'] : ['GET', 'POST'],
    host,
    served: 'The GraphQL endpoint is /graphql (GET or POST).',
  });
  countRequests(app, metrics);
  const admin =
    config.admin &&
    (await createApp({
      ...http,
      corsOrigins: [],
      corsMethods: [],
      host: config.admin.host,
      served: 'The admin port has /healthz, /readyz, /metrics and /status (GET).',
    }));
  const documents = documentsFor(config, persisted, metrics.documentAsked);
  const apollo = await startApollo({
    schema,
    documentStore: documents.store,
    introspection: config.introspection,
    explainable: !config.production,
    suggesting: !config.production,
    traced: config.inlineTrace,
    maxLookupsPerRequest: config.maxLookupsPerRequest,
    limits: config.limits,
    log,
    errorsAnswered,
  });
  const readiness = createReadiness({
    dingtalk,
    authenticator,
    remembers: () => lookups.remembers,
    clock,
    timeoutMs,
    log,
  });
  const cached = (): LookupCache['cached'] => lookups.cached;
  const isReady = (): boolean => readiness.reasons().length === 0;
  metrics.watch({ dingtalk: dingtalk.status, cached, droppedLogLines, spans: telemetry?.spans, isReady });
  const status = createStatusReport({
    version,
    mode,
    upstream: config.dingtalk.apiUrl.host,
    viewerAuth: config.viewer.kind,
    callsPerMonth: monthlyQuota,
    callsPerSecond: config.dingtalk.callsPerSecond,
    readiness,
    dingtalk: dingtalk.status,
    metrics,
    redis: sealedRedis?.redis,
    cached,
    droppedLogLines,
  });
  const operations = { whyNotReady: readiness.whyNotReady, metrics };
  if (admin) {
    countRequests(admin.app, metrics);
    registerOperations(admin.app, { ...operations, status });
  } else {
    registerOperations(app, config.production ? operations : { ...operations, status });
  }
  const explorer = config.explorer ? await addExplorer(app, config) : undefined;
  const aliasOf = createViewerAlias(config.viewerLogKey);
  const rateLimit = createViewerRateLimit({
    clock,
    requestsPerSecond: config.limits.viewerRequestsPerSecond,
    sealedRedis,
  });
  if (sessions) {
    const { tracer } = telemetry ?? {};
    registerSessions(app, {
      sessions,
      aliasOf,
      rateLimit,
      tracer,
      clock,
      timeoutMs,
      lineLimit,
      requestLines,
    });
  }
  registerGraphQL(app, {
    apollo,
    documents,
    authenticator,
    isAllowedOrigin: createOriginCheck(corsOrigins),
    aliasOf,
    rateLimit,
    findFor: (viewer, waiting, asking) => (endpoint, inputs, onEnded) =>
      lookups.find(endpoint, inputs, viewer, waiting, onEnded, asking),
    freshable: config.cache.freshMinMs > 0,
    async leftTo(viewer, apis) {
      const { left, callsPerSecond } = dingtalk.paceOf(viewer, apis);
      const used = await metrics.callsThisMonth(dingtalk.payerOf(viewer));
      return {
        throttle: {
          max: config.dingtalk.callsPerSecond,
          available: left,
          restorePerSecond: callsPerSecond,
        },
        quota: { used: used ?? null, limit: monthlyQuota ?? null },
      };
    },
    tracer: telemetry?.tracer,
    onKey: (name) => metrics.clientAuthenticated(name),
    seal,
    clock,
    timeoutMs,
    lineLimit,
    requestLines,
    explainable: !config.production,
    traced: config.inlineTrace,
    reusableMs: config.answerCaching === 'private' ? config.cache.ttlMs : undefined,
    maxLookups: config.maxLookupsPerRequest,
    limits: config.limits,
    explorer,
  });

  return {
    app,
    admin: admin?.app,
    whyNotReady: readiness.whyNotReady,
    async prepare() {
      await sealedRedis?.redis.opened(redisAtStartMs);
    },
    async close({ delayMs, quietMs } = { delayMs: 0, quietMs: 0 }) {
      readiness.startDraining();
      admin?.drain.begin();
      if (delayMs > 0) {
        drain.begin();
        await elapsed(clock, delayMs);
      }
      await drain.finish(quietMs);
      await apollo.stop();
      await app.close();
      sessions?.close();
      await lookups.close();
      await dingtalk.close();
      await telemetry?.close();
      await admin?.drain.finish(0, longestScrapeMs);
      await admin?.app.close();
      await metrics.close();
      sealedRedis?.redis.close();
    },
  };
}

function elapsed(clock: Clock, delayMs: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  clock.after(delayMs, resolve);
  return promise;
}

/** Imported only when the explorer is on, because it loads slowly. */
async function addExplorer(
  app: FastifyInstance,
  { dingtalk, viewer, introspection, production }: Config,
): Promise<Explorer> {
  const { registerExplorer } = await import('./explorer/register-explorer.ts');
  return registerExplorer(app, {
    endpoint: '/graphql',
    facts: {
      mode: dingtalk.mode,
      upstream: dingtalk.apiUrl.host,
      viewerAuth: viewer.kind,
      needsApiKey: viewer.kind === 'fixed' && viewer.apiKeys.length > 0,
      introspection,
      explainable: !production,
    },
  });
}

/** Imported here, so that the other modes start without loading jose. */
async function addSessions(options: SessionsOptions): Promise<Sessions> {
  const { createSessions } = await import('./identity/sessions/sessions.ts');
  return createSessions(options);
}

/** Imported only when something is exported, because it loads slowly. */
async function addTelemetry(
  config: TelemetryConfig,
  dependencies: TelemetryDependencies,
): Promise<Telemetry> {
  const { startTelemetry } = await import('./observability/telemetry/telemetry.ts');
  return startTelemetry(config, dependencies);
}
