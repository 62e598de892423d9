/** So many lookups earn one retry: 10 % on top of ordinary traffic. */
const lookupsForOneRetry = 10;
/** The most retries that are saved up for a bad moment. */
const maxSaved = 10;

/** What keeps retries from multiplying the calls to a DingTalk that is down. */
export interface RetryBudget {
  /** Told of every lookup. */
  earn(): void;
  /** Takes one retry, if there is one left. */
  take(): boolean;
}

/**
 * Starts with its savings, so that a gateway just started retries as well. Over any hundred lookups or more the
 * retries are a fifth of them at most, savings included.
 */
export function createRetryBudget(): RetryBudget {
  // Counted in lookups: whole numbers stay exact.
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
