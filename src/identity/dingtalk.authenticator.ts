import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import * as z from 'zod';
import type { Clock } from '../async/clock.ts';
import { ask as askDingTalk } from '../dingtalk/http/attempt.ts';
import type { Budgets } from '../dingtalk/pacing/rate-limiters.ts';
import type { UpstreamClient } from '../dingtalk/http/client.ts';
import type { Deadline } from '../async/deadline.ts';
import { noteCall } from '../dingtalk/http/note-call.ts';
import { SharedWork } from '../async/joint-work.ts';
import type { Observer } from '../domain/observer.ts';
import type { Authenticator } from './authenticator.ts';
import { bearerToken } from './credential-headers.ts';
import { isUnionId } from '../domain/identifiers.ts';
import { isRefusedToken, toIdentityError } from './to-identity-error.ts';
import { createUnknownBearers } from './unknown-bearers.ts';
import type { Viewer } from '../domain/viewer.ts';

export interface UserTokenDependencies {
  readonly client: UpstreamClient;
  readonly clock: Clock;
  readonly budgets: Budgets;
  readonly observer: Observer;
  readonly timeoutMs: number;
}

const api = 'usersMe';
const rememberedMs = 5 * 60_000;
const knownMs = 24 * 3600_000;
const maxKnown = 10_000;
/** In the line for DingTalk all unknown bearers are one: each that is known has its turn after one of them. */
const unknown = '';

const usersMeBody = z.object({ unionId: z.string().refine(isUnionId) });

/** A bearer that DingTalk has accepted. */
interface Accepted {
  readonly viewer: Viewer;
  readonly askedAtMs: number;
}

/**
 * The bearer is a person's own DingTalk user token: DingTalk tells whose. Remembered under a hash of the
 * token, so that the process keeps no token longer than its request. For a day it is known by that hash: its checks do
 * not wait for those of bearers that anybody may have made up.
 *
 * @see https://open.dingtalk.com/document/orgapp/dingtalk-retrieve-user-information
 */
export function createDingTalkAuthenticator(dependencies: UserTokenDependencies): Authenticator {
  const { client, clock, budgets, observer, timeoutMs } = dependencies;
  const budget = budgets.of(api);
  const unknownBearers = createUnknownBearers(budgets, api);
  const accepted = new LRUCache<string, Accepted>({ max: maxKnown });
  /** As many as the budgets let wait. */
  const checks = new Map<string, SharedWork<Viewer>>();

  function ask(token: string, tokenHash: string, isKnown: boolean, deadline: Deadline): Promise<Viewer> {
    const question = {
      method: 'GET',
      path: '/v1.0/contact/users/me',
      token,
      answer: usersMeBody,
      secrets: () => [token],
      // All unknown bearers are one viewer here: a client can make up many.
      about: { viewer: isKnown ? tokenHash : 'unknown bearers', subject: tokenHash, isUnknown: !isKnown },
    } as const;
    return budget.spend(isKnown ? tokenHash : unknown, deadline, () =>
      askDingTalk(client, question, deadline, (failure) =>
        noteCall(observer, { api, corpId: undefined }, failure),
      ),
    );
  }

  async function check(
    token: string,
    tokenHash: string,
    address: string | undefined,
    deadline: Deadline,
  ): Promise<Viewer> {
    const askedAtMs = clock.nowMs();
    const known = accepted.get(tokenHash);
    const isKnown = known !== undefined && askedAtMs < known.askedAtMs + knownMs;
    try {
      const viewer = isKnown
        ? await ask(token, tokenHash, true, deadline)
        : await unknownBearers.spend(address, deadline, () => ask(token, tokenHash, false, deadline));
      accepted.set(tokenHash, { viewer, askedAtMs });
      return viewer;
    } catch (error) {
      if (isRefusedToken(error)) accepted.delete(tokenHash);
      throw error;
    }
  }

  /** The check that is under way, or else a new one. */
  function joinCheck(token: string, tokenHash: string, address: string | undefined): SharedWork<Viewer> {
    const current = checks.get(tokenHash);
    if (current?.abandoned === false) return current;
    const started = new SharedWork(
      clock,
      timeoutMs,
      (deadline) => check(token, tokenHash, address, deadline),
      () => {
        if (checks.get(tokenHash) === started) checks.delete(tokenHash);
      },
    );
    checks.set(tokenHash, started);
    return started;
  }

  return {
    async authenticate({ headers, address }, signal) {
      const token = bearerToken(headers);
      const tokenHash = createHash('sha256').update(token).digest('base64');
      const known = accepted.get(tokenHash);
      if (known && clock.nowMs() < known.askedAtMs + rememberedMs) return known.viewer;
      try {
        return await joinCheck(token, tokenHash, address).wait(signal);
      } catch (error) {
        throw signal.aborted ? error : toIdentityError(error);
      }
    },
  };
}
