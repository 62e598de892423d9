import type { Clock } from '../clock.ts';
import type { Observer } from '../observer.ts';
import type { Viewer } from '../viewer.ts';
import type { AccessTokens } from './access-tokens.ts';
import { ask } from './ask.ts';
import { createBudget, type Budget } from './budget.ts';
import type { UpstreamClient } from './client.ts';
import type { Deadline } from './deadline.ts';
import { DingTalkError } from './dingtalk-error.ts';
import type { Endpoint } from './endpoint.ts';

/** DingTalk's API on behalf of viewers. */
export interface DingTalk {
  /**
   * Asks `endpoint` about `input` as `viewer`, within the deadline.
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
  readonly client: UpstreamClient;
  readonly tokens: AccessTokens;
  readonly clock: Clock;
  readonly callsPerSecond: number;
  readonly random: () => number;
  readonly observer: Observer;
  /** Told of every call that ended, failed or not. */
  readonly onCall: (error: unknown) => void;
}

export function createDingTalk(options: DingTalkOptions): DingTalk {
  const { client, tokens, clock, callsPerSecond, onCall } = options;
  const budgets = new Map<string, Budget>();

  function budgetOf(api: string): Budget {
    let budget = budgets.get(api);
    if (!budget) budgets.set(api, (budget = createBudget(clock, callsPerSecond)));
    return budget;
  }

  async function attempt<Input, Answer>(
    endpoint: Endpoint<Input, Answer>,
    input: Input,
    viewer: Viewer,
    token: string,
    { deadline, onAttempt }: CallOptions,
  ): Promise<Answer> {
    const question = {
      method: endpoint.method,
      path: endpoint.path(input),
      query: { unionId: viewer.unionId },
      token,
      ...(endpoint.body && { body: endpoint.body(input) }),
      answer: endpoint.answer,
      secrets: [token, viewer.unionId],
    };
    return budgetOf(endpoint.name).spend(viewer.unionId, deadline, () => {
      onAttempt?.();
      return ask(client, question, deadline);
    });
  }

  async function attemptWithFreshToken<Input, Answer>(
    endpoint: Endpoint<Input, Answer>,
    input: Input,
    viewer: Viewer,
    call: CallOptions,
  ): Promise<Answer> {
    const { deadline } = call;
    const token = await tokens.get(viewer.corpId, deadline.signal);
    try {
      return await attempt(endpoint, input, viewer, token.value, call);
    } catch (error) {
      if (!isStaleToken(error) || !endpoint.repeatable) throw error;
      const replacement = await tokens.replace(token, viewer.corpId, deadline.signal);
      return attempt(endpoint, input, viewer, replacement.value, call);
    }
  }

  return {
    async call(endpoint, input, viewer, call) {
      try {
        const answer = await attemptWithFreshToken(endpoint, input, viewer, call);
        onCall(undefined);
        return answer;
      } catch (error) {
        onCall(error);
        throw error;
      }
    },
  };
}

const isStaleToken = (error: unknown): boolean =>
  error instanceof DingTalkError && error.kind === 'stale-token';
