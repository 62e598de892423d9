import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import * as z from 'zod';
import type { Clock } from '../clock.ts';
import { ask } from '../dingtalk/ask.ts';
import type { Budgets } from '../dingtalk/budgets.ts';
import type { UpstreamClient } from '../dingtalk/client.ts';
import type { Deadline } from '../dingtalk/deadline.ts';
import { noteCall } from '../dingtalk/note-call.ts';
import { SharedWork } from '../dingtalk/shared-work.ts';
import type { Observer } from '../observer.ts';
import type { Authenticator } from './authenticator.ts';
import { bearerToken } from './credential-headers.ts';
import { isUnionId } from './identifiers.ts';
import { toIdentityError } from './to-identity-error.ts';
import type { Viewer } from '../viewer.ts';

export interface UserTokenDependencies {
  readonly client: UpstreamClient;
  readonly clock: Clock;
  readonly budgets: Budgets;
  readonly observer: Observer;
  readonly timeoutMs: number;
}

const api = 'usersMe';
const rememberedMs = 5 * 60_000;
const maxRemembered = 10_000;

const usersMeBody = z.object({ unionId: z.string().refine(isUnionId) });

interface Remembered {
  readonly viewer: SharedWork<Viewer>;
  readonly untilMs: number;
}

/**
 * The bearer is a person's own DingTalk user token: DingTalk tells whose. Remembered under a hash of the
 * token, so that the process keeps no token longer than its request.
 *
 * @see https://open.dingtalk.com/document/orgapp/dingtalk-retrieve-user-information
 */
export function createDingTalkAuthenticator(dependencies: UserTokenDependencies): Authenticator {
  const { client, clock, budgets, observer, timeoutMs } = dependencies;
  const budget = budgets.of(api);
  const remembered = new LRUCache<string, Remembered>({ max: maxRemembered });

  function askDingTalk(token: string, tokenHash: string, deadline: Deadline): Promise<Viewer> {
    const question = {
      method: 'GET',
      path: '/v1.0/contact/users/me',
      token,
      answer: usersMeBody,
      secrets: () => [token],
    } as const;
    return budget.spend(tokenHash, deadline, () =>
      ask(client, question, deadline, (failure) => noteCall(observer, { api, corpId: undefined }, failure)),
    );
  }

  function recall(token: string, tokenHash: string): Remembered {
    const known = remembered.get(tokenHash);
    if (known && !known.viewer.abandoned && clock.nowMs() < known.untilMs) return known;
    const viewer = new SharedWork(clock, timeoutMs, (deadline) => askDingTalk(token, tokenHash, deadline));
    const asked = { viewer, untilMs: clock.nowMs() + rememberedMs };
    remembered.set(tokenHash, asked);
    return asked;
  }

  return {
    async authenticate(headers, signal) {
      const token = bearerToken(headers);
      const tokenHash = createHash('sha256').update(token).digest('base64');
      const asked = recall(token, tokenHash);
      try {
        return await asked.viewer.wait(signal);
      } catch (error) {
        // Somebody who left says nothing about the token: the others go on waiting for the same answer.
        if (signal.aborted) throw error;
        if (remembered.peek(tokenHash) === asked) remembered.delete(tokenHash);
        throw toIdentityError(error);
      }
    },
  };
}
