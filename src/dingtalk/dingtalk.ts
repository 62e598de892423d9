import type { Signal } from '../async/abort.ts';
import type { Deadline } from '../async/deadline.ts';
import type { DingTalkStatus } from '../domain/dingtalk-status.ts';
import { isBatched, type BatchedEndpoint, type BatchResult, type Endpoint } from '../domain/endpoint.ts';
import type { LegacyEndpoint } from '../domain/legacy-endpoint.ts';
import { turnKey, type Viewer } from '../domain/viewer.ts';
import { answersOf } from './batch-answers.ts';
import { inHalves } from './in-halves.ts';
import type { Call, CallWatch } from './call.ts';
import type { RateLimiter } from './pacing/rate-limiter.ts';
import type { Reservation } from './pacing/reservation.ts';
import { NotSentError } from '../errors/dingtalk-error.ts';
import { createPipeline, type PipelineOptions } from './pipeline.ts';
import { batchCall, legacyCall, userCall, viewerCall, type EndpointCall, type UserToken } from './to-call.ts';
import { createCorpOf } from './tokens/corp-of.ts';
import type { FetchUserToken } from './tokens/user-token.ts';

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
  /**
   * Asks for a slot of the rate limiter in the same round trip to Redis as the claim of a lookup, which has just been added
   * to it: the slot is taken if the claim succeeds (`notes.isOurs`). Give it to {@link call} as `reserved`, and give it
   * back in any case. Undefined where the call would take its own turn: without Redis, for an endpoint with a batch form,
   * while others wait, and while calls are refused.
   */
  reserve(endpoint: Endpoint<never, unknown>, viewer: Viewer): Reservation | undefined;
}

export interface CallOptions extends CallWatch {
  readonly deadline: Deadline;
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

/** DingTalk's API for signing people in. */
export interface DingTalkSignIn {
  /** Asks an endpoint of the legacy host about `input`, with the app's token in `corpId`. Throws like {@link DingTalk.call}. */
  callLegacy<Input, Answer>(
    endpoint: LegacyEndpoint<Input, Answer>,
    input: Input,
    options: SignInOptions,
  ): Promise<Answer>;
  /** The token of the person who has signed in at DingTalk's login page. `code` works once. Throws like {@link DingTalk.call}. */
  fetchUserToken: FetchUserToken;
}

export interface SignInOptions extends Pick<Call, 'deadline' | 'queueKey'> {
  /** The organization, where the application serves several. */
  readonly corpId: string | undefined;
}

export type { FetchUserToken, GrantedUserToken } from './tokens/user-token.ts';
export type { LegacyHost } from './pipeline.ts';
export type { CallWatch, RateLimiter, Reservation, UserToken };

/** The gateway's one connection to DingTalk. */
export interface DingTalkConnection extends DingTalk, DingTalkAsUser, DingTalkSignIn {
  readonly status: DingTalkStatus;
  /** The organization that pays for the calls of `viewer`; undefined: the application's own. */
  payerOf(viewer: Viewer): string | undefined;
  /** The pace of that organization's calls to `apis`, of the API that has the least left. Costs no call. */
  paceOf(viewer: Viewer, apis: readonly string[]): Pace;
  /** Whether viewers must name an organization: there is no token without one. */
  readonly corpIdRequired: boolean;
  /** Throws what keeps every token from being fetched, as far as it shows without a call: a suite's missing ticket. */
  checkApplication(): Promise<void>;
  /** Throws what keeps the gateway from having an access token. */
  checkToken(signal: Signal): Promise<void>;
  /** Says goodbye to the other replicas, and closes the kept connections. */
  close(): Promise<void>;
}

/** How fast calls may start now, as far as this process knows. */
export interface Pace {
  /** Calls that could start at once. */
  readonly left: number;
  readonly callsPerSecond: number;
}

export function createDingTalk(options: PipelineOptions): DingTalkConnection {
  const { app, observer } = options;
  const corpOf = createCorpOf(app);
  const {
    sendLookup,
    sendOnce,
    sendLegacy,
    limiters,
    limiterOf,
    limiterStatusOf,
    breaker,
    quotaGate,
    ...pipeline
  } = createPipeline(options, corpOf);
  const { tokens, fetchUserToken, checkApplication, close } = pipeline;

  /** Sends a call on behalf of a viewer, and reports how many attempts it took. */
  async function send<Answer>(
    call: EndpointCall<Answer>,
    viewer: Viewer,
    options: CallOptions,
  ): Promise<Answer> {
    let attempts = 0;
    const onAttempt = (): void => {
      attempts += 1;
      options.onAttempt?.();
    };
    try {
      const { corpId } = viewer;
      return await sendLookup({ ...call, ...options, queueKey: turnKey(viewer), corpId, onAttempt });
    } finally {
      observer.attemptsEnded({ api: call.api, attempts });
    }
  }

  const refuseForThirdParties = ({ internalAppsOnly }: { readonly internalAppsOnly?: true }): void => {
    if (internalAppsOnly && app.kind === 'suite') throw notForThirdParties();
  };
  const payingViewer = (viewer: Viewer): Viewer => ({ ...viewer, corpId: corpOf(viewer.corpId) });
  const corpIdRequired = app.kind !== 'internal' && app.corpId === undefined;
  return {
    async call(endpoint, input, viewer, callOptions) {
      refuseForThirdParties(endpoint);
      const paying = payingViewer(viewer);
      return send(viewerCall(endpoint, input, paying), paying, callOptions);
    },
    async callBatch(endpoint, inputs, viewer, callOptions) {
      refuseForThirdParties(endpoint);
      const paying = payingViewer(viewer);
      return inHalves(inputs, endpoint.batch.inputCodes, async (some) => {
        const call = batchCall(endpoint, some, paying);
        return answersOf(endpoint, some, await send(call, paying, callOptions), call.secrets());
      });
    },
    reserve(endpoint, viewer) {
      const isRefused = app.kind === 'suite' && endpoint.internalAppsOnly === true;
      if (isRefused || isBatched(endpoint) || breaker.state !== 'closed') return undefined;
      const { corpId } = payingViewer(viewer);
      if (quotaGate.spent().includes(corpId)) return undefined;
      return limiterOf({ api: endpoint.name, corpId }).reserve(turnKey(viewer));
    },
    callAsUser: (endpoint, input, token, { deadline, queueKey }) =>
      sendOnce({ ...userCall(endpoint, input, token), corpId: corpOf(undefined), deadline, queueKey }),
    callLegacy: (endpoint, input, { corpId, deadline, queueKey }) =>
      sendLegacy({ ...legacyCall(endpoint, input, queueKey), corpId: corpOf(corpId), deadline, queueKey }),
    fetchUserToken,
    rateLimiter: (name, share, maxWaiting) => limiters.part(name, share, maxWaiting),
    status: {
      get breakerState() {
        return breaker.state;
      },
      ipBanLeftMs: () => limiters.pauseLeftMs(),
      spentQuotas: () => quotaGate.spent(),
      hasToken: () => tokens.hasValid(),
      rateLimiters: limiters.status,
      tokenAges: () => tokens.ages(),
    },
    payerOf: ({ corpId }) => corpOf(corpId),
    paceOf(viewer, apis) {
      const { corpId } = payingViewer(viewer);
      const pace = { left: options.callsPerSecond, callsPerSecond: options.callsPerSecond };
      for (const api of apis) {
        const status = limiterStatusOf({ api, corpId });
        if (!status) continue;
        pace.left = Math.min(pace.left, status.placesLeft);
        pace.callsPerSecond = Math.min(pace.callsPerSecond, status.callsPerSecond);
      }
      return limiters.pauseLeftMs() > 0 ? { ...pace, left: 0 } : pace;
    },
    corpIdRequired,
    checkApplication,
    async checkToken(signal) {
      if (!corpIdRequired) await tokens.get(undefined, signal);
    },
    close,
  };
}

const notForThirdParties = (): NotSentError =>
  new NotSentError('misconfigured', {
    reason: 'DingTalk offers this API to internal applications only',
    public: {
      message:
        'DingTalk offers this to internal applications only, and this gateway is a third-party one: its operator can change that, not you.',
    },
  });
