import type { Clock } from '../async/clock.ts';
import type { Observer } from '../domain/observer.ts';
import { viewerKey, type Viewer } from '../domain/viewer.ts';
import type { AccessTokens } from './tokens/token-cache.ts';
import type { AccessToken } from './tokens/token-supply.ts';
import { ask } from './http/attempt.ts';
import type { Budgets } from './pacing/rate-limiters.ts';
import type { Deadline } from '../async/deadline.ts';
import type { Endpoint } from '../domain/endpoint.ts';
import type { About } from './resilience/judgement.ts';
import { noteCall } from './http/note-call.ts';
import type { Protection } from './resilience/protection.ts';
import { createRetries, type Attempt } from './resilience/retries.ts';
import { createRetryBudget } from './resilience/retry-budget.ts';

/** DingTalk's API on behalf of viewers. */
export interface DingTalk {
  /**
   * Asks `endpoint` about `input` as `viewer`, within the deadline, and again where that may help.
   *
   * @throws {DingTalkError} for every failure of DingTalk or on the way to it, or what the deadline is aborted with.
   */
  call<Input, Answer>(
    endpoint: Endpoint<Input, Answer>,
    input: Input,
    viewer: Viewer,
    options: CallOptions,
  ): Promise<Answer>;
}

export interface CallOptions {
  readonly deadline: Deadline;
  /** Told of each attempt before it is made. */
  readonly onAttempt?: () => void;
}

interface DingTalkOptions {
  readonly tokens: AccessTokens;
  readonly budgets: Budgets;
  readonly protection: Protection;
  /** Which organization pays for a call on behalf of a viewer of `corpId`, and whose token it takes. */
  readonly corpOf: (corpId: string | undefined) => string | undefined;
  readonly clock: Clock;
  readonly random: () => number;
  readonly observer: Observer;
}

export function createDingTalk(options: DingTalkOptions): DingTalk {
  const { tokens, budgets, protection, corpOf, clock, random, observer } = options;
  const { client, breaker, quota } = protection;
  const retries = createRetries({ clock, random, budget: createRetryBudget() });

  /** Throws what would keep the call from being sent, before it waits for anything. */
  function check(corpId: string | undefined, about: About): void {
    quota.check(corpId);
    breaker.check(about);
  }

  /** Makes one attempt, which may take all the time there is. */
  function send<Input, Answer>(
    endpoint: Endpoint<Input, Answer>,
    input: Input,
    { unionId, corpId }: Viewer,
    token: AccessToken,
    { newConnection }: Attempt,
    deadline: Deadline,
    about: About,
  ): Promise<Answer> {
    const { name: api, method, answer, refusals } = endpoint;
    const question = {
      method,
      path: endpoint.path(input),
      query: { unionId },
      token: token.value,
      ...(endpoint.body && { body: endpoint.body(input) }),
      answer,
      refusals,
      secrets: () => [token.value, unionId, ...textsOf(input)],
      newConnection,
      about,
    };
    const ended = quota.enter(corpId);
    return ask(client, question, deadline, (failure) => {
      ended(failure);
      noteCall(observer, { api, corpId }, failure);
    });
  }

  return {
    async call(endpoint, input, { unionId, corpId: ownCorpId }, { deadline, onAttempt }) {
      const { repeatable, name: api } = endpoint;
      const corpId = corpOf(ownCorpId);
      const viewer = { unionId, corpId };
      const about = { viewer: viewerKey(viewer), subject: JSON.stringify([api, input]) };
      const { signal } = deadline;
      let attempts = 0;
      let token: AccessToken | undefined;
      let refused: AccessToken | undefined;
      try {
        return await retries.run(deadline, repeatable, async (how) => {
          check(corpId, about);
          // Also where the next attempt follows a renewal that failed: what was refused is not tried again.
          if (how.renewToken) refused = token;
          const found = await (refused
            ? tokens.replace(refused, corpId, signal)
            : tokens.get(corpId, signal));
          return budgets.of(api).spend(unionId, deadline, async () => {
            check(corpId, about);
            // While this call waited for its turn another one may have learned that the token was refused.
            token = tokens.latest(corpId) ?? found;
            attempts += 1;
            onAttempt?.();
            return send(endpoint, input, viewer, token, how, deadline, about);
          });
        });
      } finally {
        observer.attemptsEnded({ api, attempts });
      }
    },
  };
}

/** What is asked about is as personal as who asks. */
const textsOf = (input: unknown): string[] =>
  Object.values(input ?? {}).filter((value) => typeof value === 'string');
