import { LRUCache } from 'lru-cache';
import type { Deadline } from '../async/deadline.ts';
import type { DingTalkAsUser, RateLimiter } from '../dingtalk/dingtalk.ts';
import { NotSentError } from '../errors/dingtalk-error.ts';
import { addressBlock } from './address-block.ts';

/** The share of an API's rate for all unknown bearers, and for those of one address. */
const shareOfAll = 1 / 2;
const shareOfOneAddress = 1 / 4;
/** Checks that wait or are in flight, of all addresses. */
const maxUnderWay = 1000;
const maxWaitingOfOneAddress = 50;
/** An evicted address starts with its full share; the rate of all together stays bounded. */
const maxAddresses = 1000;

/** Limits the checks of bearers that DingTalk has not accepted in the last day: they may be invented. */
export interface UnknownBearers {
  /**
   * Runs `call` when its turn comes. Addresses take turns.
   *
   * @throws {NotSentError} `rate-limited` when the turn cannot come before the deadline or too many wait.
   */
  run<T>(address: string | undefined, deadline: Deadline, call: () => Promise<T>): Promise<T>;
}

/** Limits calls before the rate limiter of `api`, so that half of its rate is left to known bearers. */
export function createUnknownBearers(
  dingtalk: Pick<DingTalkAsUser, 'rateLimiter'>,
  api: string,
): UnknownBearers {
  const all = dingtalk.rateLimiter(`${api} unknown`, shareOfAll, maxUnderWay);
  const ofAddresses = new LRUCache<string, RateLimiter>({
    max: maxAddresses,
    memoMethod: (block) =>
      dingtalk.rateLimiter(`${api} unknown ${block}`, shareOfOneAddress, maxWaitingOfOneAddress),
  });
  let underWay = 0;

  return {
    async run(address = '', deadline, call) {
      if (underWay >= maxUnderWay) throw tooMany();
      const block = addressBlock(address);
      underWay += 1;
      try {
        const ofAddress = ofAddresses.memo(block);
        return await ofAddress.run(block, deadline, () => all.run(block, deadline, call));
      } finally {
        underWay -= 1;
      }
    },
  };
}

const tooMany = (): NotSentError =>
  new NotSentError('rate-limited', { retryAfterMs: 1000, reason: 'too many unknown bearers wait' });
