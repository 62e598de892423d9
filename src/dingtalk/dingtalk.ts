import type { Signal } from '../async/abort.ts';
import type { Clock } from '../async/clock.ts';
import type { Deadline } from '../async/deadline.ts';
import type { Application } from '../domain/application.ts';
import type { DingTalkStatus } from '../domain/dingtalk-status.ts';
import type { BatchedEndpoint, BatchResult, Endpoint } from '../domain/endpoint.ts';
import type { Observer } from '../domain/observer.ts';
import type { Viewer } from '../domain/viewer.ts';
import type { SealedRedis } from '../redis/sealed-redis.ts';
import type { Call } from './call.ts';
import { answersOf } from './batch-answers.ts';
import { compose, refuseEarly, type Step } from './compose.ts';
import { createAttempt } from './http/attempt.ts';
import { createCallEvents } from './http/call-events.ts';
import { createUpstreamClient } from './http/client.ts';
import type { RateLimiter } from './pacing/rate-limiter.ts';
import { createRateLimiters } from './pacing/rate-limiters.ts';
import { createBreakerGate } from './resilience/breaker-gate.ts';
import { createCircuitBreaker } from './resilience/circuit-breaker.ts';
import { createBanStep } from './resilience/ip-ban.ts';
import { createQuotaGate } from './resilience/quota-gate.ts';
import { createRetries } from './resilience/retries.ts';
import { createRetryBudget } from './resilience/retry-budget.ts';
import { createCorpOf, type CorpOf } from './tokens/corp-of.ts';
import { createRedisTokenSupply } from './tokens/redis-token-supply.ts';
import { createTokenCache } from './tokens/token-cache.ts';
import { createTokenSource } from './tokens/token-endpoint.ts';
import { createTokenStep } from './tokens/token-step.ts';
import { createDirectTokenSupply } from './tokens/token-supply.ts';
import { batchCall, userCall, viewerCall, type EndpointCall, type UserToken } from './to-call.ts';

/*
 * Every call to DingTalk passes a list of steps of one shape, `(call, next) => Promise<answer>`:
 *
 *   lookup           retries ─▶ early check ─▶ token ─▶ rate limit ─▶ quota ─▶ breaker ─▶ ban ─▶ events ─▶ HTTP
 *   token, users/me             early check ─▶          rate limit ─▶          breaker ─▶ ban ─▶ events ─▶ HTTP
 *
 * - The deadline comes with the call, and ends every step that waits.
 * - Quota and breaker are gates. A gate refuses in its own step, after the wait for a turn: what it knows may change while
 *   the call waits. A call that it would refuse anyway must not wait, so the early check asks the same gates before.
 * - The ban step only reports a ban. The rate limiters hold calls back until it ends: they know how long each call would
 *   wait, and so which ones to refuse at once.
 * - The token is obtained before the turn and read when the call is sent: it may have been refused in between.
 */

/** DingTalk's API on behalf of viewers. */
export interface DingTalk {
  /**
   * Asks `endpoint` about `input` as `viewer`, with an access token of the application. Attempts it again where that helps.
   *
   * @throws {DingTalkError} for every failure of DingTalk or on the way to it, or what the deadline is aborted with.
   */
  call<Input, Answer>(
    endpoint: Endpoint<Input, Answer>,
    input: Input,
    viewer: Viewer,
    options: CallOptions,
  ): Promise<Answer>;
  /**
   * The same for `inputs` of one group, as many as one call takes: an item that fails fails alone.
   */
  callBatch<Input, Answer>(
    endpoint: BatchedEndpoint<Input, Answer>,
    inputs: readonly [Input, ...Input[]],
    viewer: Viewer,
    options: CallOptions,
  ): Promise<readonly BatchResult<Answer>[]>;
}

export interface CallOptions {
  readonly deadline: Deadline;
  /** Called before each attempt is sent. */
  readonly onAttempt?: () => void;
}

/** DingTalk's API with a person's own token. */
export interface DingTalkAsUser {
  /** Asks `endpoint` about `input` once: no retries. Throws like {@link DingTalk.call}. */
  callAsUser<Input, Answer>(
    endpoint: Endpoint<Input, Answer>,
    input: Input,
    token: UserToken,
    options: Pick<Call, 'deadline' | 'queueKey'>,
  ): Promise<Answer>;
  /** A rate limiter for some of an API's calls, which they pass first: `share` of its rate and of its calls in flight. */
  rateLimiter(name: string, share: number, maxWaiting: number): RateLimiter;
}

export type { RateLimiter, UserToken };

/** The gateway's one connection to DingTalk. */
export interface DingTalkConnection extends DingTalk, DingTalkAsUser {
  readonly status: DingTalkStatus;
  /** Which organization pays for the calls of a viewer of `corpId`, and whose data they show. */
  readonly corpOf: CorpOf;
  /** Whether viewers must name an organization: there is no token without one. */
  readonly corpIdRequired: boolean;
  /** Throws what keeps the gateway from having an access token. */
  checkToken(signal: Signal): Promise<void>;
  /** Closes the kept connections. */
  close(): void;
}

interface DingTalkOptions {
  readonly apiUrl: URL;
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
  readonly onEarlyRefreshFailed: (error: unknown) => void;
}

/** A probe that fails at the very end of its deadline still counts. */
const probeGraceMs = 1000;

export function createDingTalk(options: DingTalkOptions): DingTalkConnection {
  const { app, timeoutMs, protectHost, sealedRedis, clock, random, observer } = options;
  const corpOf = createCorpOf(app);
  const client = createUpstreamClient(options.apiUrl, clock);
  const limiters = createRateLimiters({ ...options, slowsDown: protectHost });
  const breaker = createCircuitBreaker(clock, timeoutMs + probeGraceMs);

  const ifProtected = (...steps: Step[]): Step[] => (protectHost ? steps : []);
  const retries = createRetries({ clock, random, budget: createRetryBudget() });
  const rateLimit: Step = (call, next) =>
    limiters.of(call.api).run(call.queueKey, call.deadline, () => next(call));
  const quotaGate = createQuotaGate(clock);
  const breakerGate = createBreakerGate(breaker, clock, timeoutMs);
  const ban = createBanStep((durationMs) => limiters.pause(durationMs));
  const events = createCallEvents(observer);
  const http = createAttempt(client);

  const sendOnce = compose(
    [...ifProtected(refuseEarly([breakerGate])), rateLimit, ...ifProtected(breakerGate.step, ban), events],
    http,
  );
  const source = createTokenSource(app, sendOnce, clock);
  const supply = sealedRedis
    ? createRedisTokenSupply({ source, kind: app.kind, sealedRedis, clock, timeoutMs })
    : createDirectTokenSupply(source, clock);
  const tokens = createTokenCache({ ...options, corpOf, supply });
  const sendLookup = compose(
    [
      retries,
      ...ifProtected(refuseEarly([quotaGate, breakerGate])),
      createTokenStep(tokens),
      rateLimit,
      ...ifProtected(quotaGate.step, breakerGate.step, ban),
      events,
    ],
    http,
  );

  /** Sends a call on behalf of a viewer, and reports how many attempts it took. */
  async function send<Answer>(
    call: EndpointCall<Answer>,
    { unionId, corpId }: Viewer,
    { deadline, onAttempt: onCallerAttempt }: CallOptions,
  ): Promise<Answer> {
    let attempts = 0;
    const onAttempt = (): void => {
      attempts += 1;
      onCallerAttempt?.();
    };
    try {
      return await sendLookup({ ...call, queueKey: unionId, corpId, deadline, onAttempt });
    } finally {
      observer.attemptsEnded({ api: call.api, attempts });
    }
  }

  const payingViewer = ({ unionId, corpId }: Viewer): Viewer => ({ unionId, corpId: corpOf(corpId) });
  const corpIdRequired = app.kind !== 'internal' && app.corpId === undefined;
  return {
    call(endpoint, input, viewer, callOptions) {
      const paying = payingViewer(viewer);
      return send(viewerCall(endpoint, input, paying), paying, callOptions);
    },
    async callBatch(endpoint, inputs, viewer, callOptions) {
      const paying = payingViewer(viewer);
      const call = batchCall(endpoint, inputs, paying);
      return answersOf(endpoint, inputs, await send(call, paying, callOptions), call.secrets());
    },
    callAsUser: (endpoint, input, token, { deadline, queueKey }) =>
      sendOnce({ ...userCall(endpoint, input, token), corpId: corpOf(undefined), deadline, queueKey }),
    rateLimiter: (name, share, maxWaiting) => limiters.part(name, share, maxWaiting),
    status: {
      get breakerState() {
        return breaker.state;
      },
      rateLimiters: limiters.status,
      tokenAges: () => tokens.ages(),
    },
    corpOf,
    corpIdRequired,
    async checkToken(signal) {
      // Also while a token lives: without a ticket it is the last one.
      await source.check();
      if (!corpIdRequired) await tokens.get(undefined, signal);
    },
    close() {
      limiters.close();
      client.close();
    },
  };
}
