import { LRUCache } from 'lru-cache';
import type { Budget } from '../dingtalk/pacing/rate-limiter.ts';
import type { Budgets } from '../dingtalk/pacing/rate-limiters.ts';
import type { Deadline } from '../async/deadline.ts';
import { NotSentError } from '../errors/dingtalk-error.ts';
import { addressBlock } from './address-block.ts';

/** What unknown bearers may use of an API's pace, and what those of one address may use of it. */
const shareOfAll = 1 / 2;
const shareOfOneAddress = 1 / 4;
/** Waiting, and asked about. */
const maxUnderWay = 1000;
const maxWaitingOfOneAddress = 50;
/** One that is forgotten for another starts afresh; all of them together have one pace. */
const maxAddresses = 1000;

/** Paces the questions about bearers that DingTalk has not accepted lately: anybody can make them up. */
export interface UnknownBearers {
  /**
   * Runs `call` as soon as its turn comes. Addresses take turns.
   *
   * @throws {NotSentError} `rate-limited` when the turn cannot come before the deadline or too many wait.
   */
  spend<T>(address: string | undefined, deadline: Deadline, call: () => Promise<T>): Promise<T>;
}

/** In front of the budget of `api`, of which it leaves half to those who are known. */
export function createUnknownBearers(budgets: Budgets, api: string): UnknownBearers {
  const all = budgets.part(`${api} unknown`, shareOfAll, maxUnderWay);
  const ofAddresses = new LRUCache<string, Budget>({
    max: maxAddresses,
    memoMethod: (block) => budgets.part(`${api} unknown ${block}`, shareOfOneAddress, maxWaitingOfOneAddress),
  });
  let underWay = 0;

  return {
    async spend(address = '', deadline, call) {
      if (underWay >= maxUnderWay) throw tooMany();
      const block = addressBlock(address);
      underWay += 1;
      try {
        const ofAddress = ofAddresses.memo(block);
        return await ofAddress.spend(block, deadline, () => all.spend(block, deadline, call));
      } finally {
        underWay -= 1;
      }
    },
  };
}

const tooMany = (): NotSentError =>
  new NotSentError('rate-limited', { retryAfterMs: 1000, reason: 'too many unknown bearers wait' });
