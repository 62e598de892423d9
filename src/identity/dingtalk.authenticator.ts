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

const rememberedMs = 5 * 60_000;
const knownMs = 24 * 3600_000;
const maxKnown = 10_000;
/** All unknown bearers share one turn in the queue for DingTalk, each known one has its own. */
const unknownQueueKey = '';

type Bearer = Pick<UserToken, 'value' | 'hash'>;

/** A bearer that DingTalk has accepted. */
interface Accepted {
  readonly viewer: Viewer;
  readonly askedAtMs: number;
}

/**
 * The bearer is a person's own DingTalk user token, and DingTalk says whose. The answer is kept under a hash of the token:
 * the process keeps no token longer than its request. For a day the hash counts as known: its checks do not wait for those
 * of bearers that may be made up.
 */
export function createDingTalkAuthenticator(dependencies: UserTokenDependencies): Authenticator {
  const { dingtalk, clock, timeoutMs } = dependencies;
  const unknownBearers = createUnknownBearers(dingtalk, usersMeEndpoint.name);
  const accepted = new LRUCache<string, Accepted>({ max: maxKnown });
  /** As many as the rate limiters let wait. */
  const checks = new Map<string, JointWork<Viewer>>();

  async function check(bearer: Bearer, address: string | undefined, deadline: Deadline): Promise<Viewer> {
    const askedAtMs = clock.nowMs();
    const known = accepted.get(bearer.hash);
    const isKnown = known !== undefined && askedAtMs < known.askedAtMs + knownMs;
    const token: UserToken = { ...bearer, isKnown };
    const ask = (queueKey: string): Promise<Viewer> =>
      dingtalk.callAsUser(usersMeEndpoint, {}, token, { deadline, queueKey });
    try {
      const viewer = isKnown
        ? await ask(token.hash)
        : await unknownBearers.run(address, deadline, () => ask(unknownQueueKey));
      accepted.set(token.hash, { viewer, askedAtMs });
      return viewer;
    } catch (error) {
      if (isRefusedToken(error)) accepted.delete(token.hash);
      throw error;
    }
  }

  /** Joins the check that is under way for this token, or starts one. */
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
      if (known && clock.nowMs() < known.askedAtMs + rememberedMs) return known.viewer;
      try {
        return await joinCheck({ value, hash }, address).wait(signal);
      } catch (error) {
        throw signal.aborted ? error : toIdentityError(error);
      }
    },
  };
}
