import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { createLookups } from './cache/lookups.ts';
import type { Clock } from './clock.ts';
import type { Config } from './config/config.ts';
import { createAccessTokens } from './dingtalk/access-tokens.ts';
import { createBudgets } from './dingtalk/budgets.ts';
import { createUpstreamClient } from './dingtalk/client.ts';
import { createDingTalk } from './dingtalk/dingtalk.ts';
import { createProtection } from './dingtalk/protection.ts';
import { createTokenSource } from './dingtalk/token-source.ts';
import type { Explorer } from './explorer/register-explorer.ts';
import { createSchema } from './graph/schema.ts';
import { silentObserver, type Observer } from './observer.ts';
import { createShared } from './redis/shared.ts';
import { createAuthenticator } from './identity/create-authenticator.ts';
import { createViewerAlias } from './identity/viewer-alias.ts';
import { createViewerRateLimit } from './identity/viewer-rate-limit.ts';
import { createApollo } from './server/apollo.ts';
import { createApp } from './server/app.ts';
import { registerGraphQL } from './server/graphql.route.ts';
import { registerHealth, type ReadinessCheck } from './server/health.route.ts';
import { createReadiness } from './server/readiness.ts';

export interface Gateway {
  /** Set up to listen. */
  readonly app: FastifyInstance;
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
  readonly observer?: Observer;
}

/** Puts the gateway together: server → identity → graph → loader → cache → budget → token → client. */
export async function createGateway(
  config: Config,
  { log, clock, random, observer = silentObserver }: GatewayDependencies,
): Promise<Gateway> {
  const { apiUrl, app: application, callsPerSecond, timeoutMs, mode } = config.dingtalk;
  const shared = config.redisUrl && createShared(config.redisUrl, application, { log, clock });
  // Each of the stand-in's ids fails on its own: one must not speak for the others.
  const protectHost = mode !== 'sandbox';
  const protection = createProtection(createUpstreamClient(apiUrl), { clock, timeoutMs, protectHost });
  const { client, ban, breaker } = protection;
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
  const tokens = createAccessTokens({
    source: createTokenSource(application, client),
    clock,
    timeoutMs,
    onEarlyRefreshFailed: (error) => log.warn({ err: error }, 'the access token could not be renewed early'),
  });
  const dingtalk = createDingTalk({
    tokens,
    budgets,
    protection,
    corpId: application.kind === 'internal' ? undefined : application.corpId,
    clock,
    random,
    observer,
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

  const app = await createApp({ log, corsOrigins: config.corsOrigins, limits: config.limits });
  const apollo = createApollo({
    schema: await createSchema(),
    httpServer: app.server,
    introspection: config.introspection,
    hideSchemaDetails: config.production,
    maxLookupsPerRequest: config.maxLookupsPerRequest,
    limits: config.limits,
    log,
  });
  await apollo.start();
  const readiness = createReadiness({ corpIdRequired, tokens, breaker, clock, timeoutMs, log });
  registerHealth(app, readiness.whyNotReady);
  const explorer = config.explorer ? await addExplorer(app) : undefined;
  registerGraphQL(app, {
    apollo,
    authenticator,
    aliasOf: createViewerAlias(config.viewerLogKey),
    rateLimit: createViewerRateLimit(clock, config.limits.viewerRequestsPerSecond),
    lookups: createLookups({ dingtalk, clock, timeoutMs }),
    explorer,
  });

  return {
    app,
    whyNotReady: readiness.whyNotReady,
    async close() {
      readiness.startDraining();
      // In this order: fastify's own drain waits for clients that keep their connections open.
      await apollo.stop();
      await app.close();
      budgets.close();
      client.close();
      shared?.redis.close();
    },
  };
}

/** Loaded only where it is wanted: most of a production image has no use for it. */
async function addExplorer(app: FastifyInstance): Promise<Explorer> {
  const { registerExplorer } = await import('./explorer/register-explorer.ts');
  return registerExplorer(app, { endpoint: '/graphql' });
}
