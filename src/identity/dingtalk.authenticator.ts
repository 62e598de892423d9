import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import type { Clock } from '../clock.ts';
import { createBudget } from '../dingtalk/budget.ts';
import { readAnswer } from '../dingtalk/classify.ts';
import type { UpstreamClient } from '../dingtalk/client.ts';
import { startDeadline } from '../dingtalk/deadline.ts';
import { DingTalkError } from '../dingtalk/dingtalk-error.ts';
import type { Authenticator } from './authenticator.ts';
import { bearerToken, identityUnavailable, unauthenticated } from './credential-headers.ts';
import type { Viewer } from './viewer.ts';

export interface UserTokenDependencies {
  readonly client: UpstreamClient;
  readonly clock: Clock;
  readonly callsPerSecond: number;
  readonly timeoutMs: number;
}

const rememberedMs = 5 * 60_000;
const maxRemembered = 10_000;

const usersMeBody = z.object({ unionId: z.string().min(1) });

interface Remembered {
  readonly viewer: Promise<Viewer>;
  readonly untilMs: number;
}

/**
 * The bearer is a person's own DingTalk user token: DingTalk tells whose. Remembered under a hash of the
 * token, so that the process keeps no token longer than its request.
 *
 * @see https://open.dingtalk.com/document/orgapp/dingtalk-retrieve-user-information
 */
export function createDingTalkAuthenticator(dependencies: UserTokenDependencies): Authenticator {
  const { clock, callsPerSecond } = dependencies;
  const budget = createBudget(clock, callsPerSecond);
  const remembered = new LRUCache<string, Remembered>({ max: maxRemembered });

  async function askDingTalk(token: string, tokenHash: string): Promise<Viewer> {
    using deadline = startDeadline(clock, dependencies.timeoutMs);
    const answer = await budget.spend(tokenHash, deadline, () =>
      dependencies.client.send({
        method: 'GET',
        path: '/v1.0/contact/users/me',
        token,
        timeoutMs: deadline.remainingMs(),
        signal: deadline.signal,
      }),
    );
    const { unionId } = readAnswer(answer, usersMeBody);
    return { unionId };
  }

  return {
    async authenticate(headers) {
      const token = bearerToken(headers);
      const tokenHash = createHash('sha256').update(token).digest('base64');
      let entry = remembered.get(tokenHash);
      if (!entry || clock.nowMs() >= entry.untilMs) {
        entry = { viewer: askDingTalk(token, tokenHash), untilMs: clock.nowMs() + rememberedMs };
        remembered.set(tokenHash, entry);
      }
      try {
        return await entry.viewer;
      } catch (error) {
        if (remembered.peek(tokenHash) === entry) remembered.delete(tokenHash);
        throw toIdentityError(error);
      }
    },
  };
}

function toIdentityError(error: unknown): unknown {
  if (!(error instanceof DingTalkError)) return error;
  switch (error.kind) {
    case 'stale-token':
    case 'bad-argument':
      return unauthenticated('Your DingTalk token is not valid or has expired: sign in to DingTalk again.');
    case 'unavailable':
    case 'timeout':
    case 'rate-limited':
    case 'malformed-response':
      return identityUnavailable();
    default:
      // The application may not read whose token it is: its operator has to act, not the person.
      return new DingTalkError('misconfigured', error.details);
  }
}
