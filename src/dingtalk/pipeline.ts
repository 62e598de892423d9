import type { Clock } from '../async/clock.ts';
import type { Application } from '../domain/application.ts';
import type { RateLimiterStatus } from '../domain/dingtalk-status.ts';
import type { ForwardProxy } from '../domain/forward-proxy.ts';
import type { Observer } from '../domain/observer.ts';
import type { Tracer } from '../domain/tracer.ts';
import type { OnProxy } from '../outbound/proxy-error.ts';
import type { SealedRedis } from '../redis/sealed-redis.ts';
import type { Call } from './call.ts';
import { compose, refuseEarly, type Send, type Step } from './compose.ts';
import { createAttempt } from './http/attempt.ts';
import { createCallEvents } from './http/call-events.ts';
import { createUpstreamClient } from './http/client.ts';
import { createLegacyAttempt } from './http/legacy-attempt.ts';
import type { RateLimiter } from './pacing/rate-limiter.ts';
import { createRateLimiters, type RateLimiters } from './pacing/rate-limiters.ts';
import { createBreakerGate } from './resilience/breaker-gate.ts';
import { createCircuitBreaker, type CircuitBreaker } from './resilience/circuit-breaker.ts';
import { createBanStep } from './resilience/ip-ban.ts';
import { createQuotaGate, type QuotaGate } from './resilience/quota-gate.ts';
import { createRetries } from './resilience/retries.ts';
import { createRetryBudget } from './resilience/retry-budget.ts';
import type { CorpOf } from './tokens/corp-of.ts';
import { createRedisTokenSupply } from './tokens/redis-token-supply.ts';
import type { SecretPlace } from './tokens/secret-choice.ts';
import { createTokenCache, type TokenCache } from './tokens/token-cache.ts';
import { createTokenSource } from './tokens/token-endpoint.ts';
import { createTokenStep } from './tokens/token-step.ts';
import { createDirectTokenSupply } from './tokens/token-supply.ts';
import { createUserTokens, type FetchUserToken } from './tokens/user-token.ts';

/*
 * Every call to DingTalk passes a list of steps of one shape, `(call, next) => Promise<answer>`:
 *
 *   lookup           retries ─▶ early check ─▶ token ─▶ rate limit ─▶ quota ─▶ breaker ─▶ ban ─▶ events ─▶ HTTP
 *   token, users/me             early check ─▶          rate limit ─▶          breaker ─▶ ban ─▶ events ─▶ HTTP
 *   sign-in          retries ─▶ early check ─▶ token ─▶ rate limit ─▶          breaker ─▶ ban ─▶ events ─▶ legacy HTTP
 *
 * - The deadline comes with the call, and ends every step that waits.
 * - Quota and breaker are gates. A gate refuses in its own step, after the wait for a turn: what it knows may change while
 *   the call waits. A call that it would refuse anyway must not wait, so the early check asks the same gates before.
 * - The ban step only reports a ban. The rate limiters hold calls back until it ends: they know how long each call would
 *   wait, and so which ones to refuse at once.
 * - The legacy host has a breaker and connections of its own: each host fails by itself. A ban is of our address, so for both.
 * - The token is obtained before the turn and read when the call is sent: it may have been refused in between.
 */

/** The ways for a call, and what its steps know. */
interface Pipeline {
  /** For lookups: with a token of the application, and attempted again where that helps. */
  readonly sendLookup: Send;
  /** For calls that bring their own credentials. */
  readonly sendOnce: Send;
  /** For the legacy host, with a token of the application. */
  readonly sendLegacy: Send;
  readonly limiters: RateLimiters;
  /** Of the calls of `sendLookup`. */
  readonly limiterOf: (call: Pick<Call, 'api' | 'corpId'>) => RateLimiter;
  /** Of such a limiter, as long as it is in use. */
  readonly limiterStatusOf: (call: Pick<Call, 'api' | 'corpId'>) => RateLimiterStatus | undefined;
  readonly breaker: Pick<CircuitBreaker, 'state'>;
  readonly quotaGate: Pick<QuotaGate, 'spent'>;
  readonly tokens: TokenCache;
  readonly fetchUserToken: FetchUserToken;
  /** Throws what keeps every token from being fetched, as far as it shows without a call. */
  readonly checkApplication: () => Promise<void>;
  /** Says goodbye to the other replicas, and closes the kept connections. */
  readonly close: () => Promise<void>;
}

export interface PipelineOptions {
  readonly apiUrl: URL;
  readonly proxy?: ForwardProxy | undefined;
  /** Where people sign in; undefined: they do not. */
  readonly legacy?: LegacyHost | undefined;
  readonly onProxy?: OnProxy;
  readonly app: Application;
  readonly callsPerSecond: number;
  /** The whole deadline of one lookup. */
  readonly timeoutMs: number;
  /** False: one call's failure keeps no other call back. */
  readonly protectHost: boolean;
  readonly sealedRedis: SealedRedis | undefined;
  readonly clock: Clock;
  readonly random: () => number;
  readonly observer: Observer;
  readonly tracer?: Tracer | undefined;
  readonly onEarlyRefreshFailed: (error: unknown) => void;
  /** Called where DingTalk refuses the app's secret in use and takes the other one. */
  readonly onSecretTaken?: (place: SecretPlace) => void;
}

/** DingTalk's legacy host. */
export interface LegacyHost {
  readonly url: URL;
  readonly proxy?: ForwardProxy | undefined;
}

/** A probe that fails at the very end of its deadline still counts. */
const probeGraceMs = 1000;

export function createPipeline(options: PipelineOptions, corpOf: CorpOf): Pipeline {
  const { app, timeoutMs, protectHost, sealedRedis, clock, random, observer, tracer } = options;
  const client = createUpstreamClient(options.apiUrl, clock, options.proxy, options.onProxy);
  const limiters = createRateLimiters({ ...options, slowsDown: protectHost });
  const breaker = createCircuitBreaker(clock, timeoutMs + probeGraceMs);

  const ifProtected = (...steps: Step[]): Step[] => (protectHost ? steps : []);
  const retries = createRetries({ clock, random, budget: createRetryBudget() });
  const within =
    (limiterOf: (call: Pick<Call, 'api' | 'corpId'>) => RateLimiter): Step =>
    (call, next) => {
      const send = call.spans ? timed(call, next, clock) : () => next(call);
      return limiterOf(call).run(
        call.queueKey,
        call.deadline,
        () => {
          limiters.noteStart();
          return send();
        },
        call,
      );
    };
  /** DingTalk limits a suite's calls for each organization: one's burst takes no turn of another's. */
  const limiterOf: Pipeline['limiterOf'] =
    app.kind === 'suite' ? ({ api, corpId }) => limiters.of(api, corpId) : ({ api }) => limiters.of(api);
  const limiterStatusOf: Pipeline['limiterStatusOf'] = ({ api, corpId }) =>
    limiters.statusOf(api, app.kind === 'suite' ? corpId : undefined);
  const quotaGate = createQuotaGate(clock);
  const breakerGate = createBreakerGate(breaker, clock, timeoutMs);
  const ban = createBanStep((durationMs) => limiters.pause(durationMs));
  const events = createCallEvents(observer, clock);
  const http = createAttempt(client);

  const sendOnce = compose(
    [
      ...ifProtected(refuseEarly([breakerGate])),
      within(({ api }) => limiters.of(api)),
      ...ifProtected(breakerGate.step, ban),
      createCallEvents(observer, clock, tracer),
    ],
    http,
  );
  const source = createTokenSource(app, sendOnce, clock, options.onSecretTaken);
  const supply = sealedRedis
    ? createRedisTokenSupply({ source, kind: app.kind, sealedRedis, clock, timeoutMs })
    : createDirectTokenSupply(source, clock);
  const tokens = createTokenCache({ ...options, corpOf, supply });
  const tokenStep = createTokenStep(tokens);
  const sendLookup = compose(
    [
      retries,
      ...ifProtected(refuseEarly([quotaGate, breakerGate])),
      tokenStep,
      within(limiterOf),
      ...ifProtected(quotaGate.step, breakerGate.step, ban),
      events,
    ],
    http,
  );
  const { legacy } = options;
  const legacyClient = legacy && createUpstreamClient(legacy.url, clock, legacy.proxy, options.onProxy);
  const legacyGate = createBreakerGate(
    createCircuitBreaker(clock, timeoutMs + probeGraceMs),
    clock,
    timeoutMs,
  );
  const sendLegacy = compose(
    [
      retries,
      ...ifProtected(refuseEarly([legacyGate])),
      tokenStep,
      within(limiterOf),
      ...ifProtected(legacyGate.step, ban),
      createCallEvents(observer, clock, tracer),
    ],
    legacyClient ? createLegacyAttempt(legacyClient) : noLegacyHost,
  );

  return {
    sendLookup,
    sendOnce,
    sendLegacy,
    limiters,
    limiterOf,
    limiterStatusOf,
    breaker,
    quotaGate,
    tokens,
    fetchUserToken: createUserTokens(app, sendOnce),
    checkApplication: () => source.check(),
    async close() {
      client.close();
      legacyClient?.close();
      await limiters.close();
    },
  };
}

const noLegacyHost: Send = () => {
  throw new Error('No legacy host is configured');
};

/** Sends a call with the time that it has waited since now, for its span. */
function timed<Answer>(
  call: Call<Answer>,
  next: (call: Call<Answer>) => Promise<Answer>,
  clock: Clock,
): () => Promise<Answer> {
  const askedAtMs = clock.nowMs();
  return () => next({ ...call, waitedMs: clock.nowMs() - askedAtMs });
}
