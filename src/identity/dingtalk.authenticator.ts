import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Clock } from '../async/clock.ts';
import type { Deadline } from '../async/deadline.ts';
import { JointWork } from '../async/joint-work.ts';
import type { DingTalkAsUser, UserToken } from '../dingtalk/dingtalk.ts';
import type { Viewer } from '../domain/viewer.ts';
import type { Authenticator } from './authenticator.ts';
import { bearerToken } from './credential-headers.ts';
import { isRefusedToken, toIdentityError } from './to-identity-error.ts';
import { createUnknownBearers } from './unknown-bearers.ts';
import { usersMeEndpoint } from './users-me.endpoint.ts';

export interface UserTokenDependencies {
  readonly dingtalk: DingTalkAsUser;
  readonly clock: Clock;
  readonly timeoutMs: number;
}

const cachedMs = 5 * 60_000;
const knownMs = 24 * 3600_000;
const maxKnown = 10_000;
/** All unknown bearers share one place in the fair queue; each known one has its own. */
const unknownQueueKey = '';

type Bearer = Pick<UserToken, 'value' | 'hash'>;

/** A bearer that DingTalk has accepted. */
interface Accepted {
  readonly viewer: Viewer;
  readonly checkedAtMs: number;
}

/**
 * The bearer is a person's DingTalk user token, and `users/me` returns whose. The viewer is cached for five minutes under
 * a hash of the token; no token is kept longer than its request. For a day the hash counts as known: its checks do not
 * wait behind those of unknown bearers, which may be invented.
 */
export function createDingTalkAuthenticator(dependencies: UserTokenDependencies): Authenticator {
  const { dingtalk, clock, timeoutMs } = dependencies;
  const unknownBearers = createUnknownBearers(dingtalk, usersMeEndpoint.name);
  const accepted = new LRUCache<string, Accepted>({ max: maxKnown });
  /** Checks in progress. The rate limiters bound their number. */
  const checks = new Map<string, JointWork<Viewer>>();

  async function check(bearer: Bearer, address: string | undefined, deadline: Deadline): Promise<Viewer> {
    const checkedAtMs = clock.nowMs();
    const known = accepted.get(bearer.hash);
    const isKnown = known !== undefined && checkedAtMs < known.checkedAtMs + knownMs;
    const token: UserToken = { ...bearer, isKnown };
    const callUsersMe = (queueKey: string): Promise<Viewer> =>
      dingtalk.callAsUser(usersMeEndpoint, {}, token, { deadline, queueKey });
    try {
      const viewer = isKnown
        ? await callUsersMe(token.hash)
        : await unknownBearers.run(address, deadline, () => callUsersMe(unknownQueueKey));
      accepted.set(token.hash, { viewer, checkedAtMs });
      return viewer;
    } catch (error) {
      if (isRefusedToken(error)) accepted.delete(token.hash);
      throw error;
    }
  }

  /** Joins the running check of this token, or starts one. */
  function joinCheck(token: Bearer, address: string | undefined): JointWork<Viewer> {
    const current = checks.get(token.hash);
    if (current?.abandoned === false) return current;
    const started = new JointWork(
      clock,
      timeoutMs,
      (deadline) => check(token, address, deadline),
      () => {
        if (checks.get(token.hash) === started) checks.delete(token.hash);
      },
    );
    checks.set(token.hash, started);
    return started;
  }

  return {
    async authenticate({ headers, address }, signal) {
      const value = bearerToken(headers);
      const hash = createHash('sha256').update(value).digest('base64');
      const known = accepted.get(hash);
      if (known && clock.nowMs() < known.checkedAtMs + cachedMs) return known.viewer;
      try {
        return await joinCheck({ value, hash }, address).wait(signal);
      } catch (error) {
        throw signal.aborted ? error : toIdentityError(error);
      }
    },
  };
}
