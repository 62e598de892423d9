/** So many lookups earn one retry: 10 % on top of ordinary traffic. */
const lookupsForOneRetry = 10;
/** The most retries that can be saved up. */
const maxSaved = 10;

/** Limits retries, so that they do not multiply the calls to a DingTalk that is down. */
export interface RetryBudget {
  /** Called once for every lookup. */
  earn(): void;
  /** Takes one retry, if there is one left. */
  take(): boolean;
}

/**
 * Starts full, so that a gateway retries right after its start. Over any hundred lookups or more, retries are at most a
 * fifth of them, savings included.
 */
export function createRetryBudget(): RetryBudget {
  // Counted in lookups: whole numbers are exact.
  let saved = maxSaved * lookupsForOneRetry;
  return {
    earn() {
      saved = Math.min(saved + 1, maxSaved * lookupsForOneRetry);
    },
    take() {
      if (saved < lookupsForOneRetry) return false;
      saved -= lookupsForOneRetry;
      return true;
    },
  };
}
