import { NotSentError, type DingTalkError } from '../../errors/dingtalk-error.ts';

const maxAttempts = 3;
const firstBackoffMs = 200;
const longestBackoffMs = 2000;
/** Spreads the calls that have to wait for the same moment. */
const rateLimitSpreadMs = 500;
/** With less time left there is no retry: the present error says more than a timeout would. */
const shortestAttemptMs = 100;

/** What to do after a failed attempt. */
export type Decision =
  | { readonly kind: 'give-up' }
  /** At once, over a new connection: the call has not reached DingTalk. */
  | { readonly kind: 'replay' }
  /** At once, with the next access token. */
  | { readonly kind: 'renew-token' }
  | { readonly kind: 'retry'; readonly delayMs: number };

/** The attempts at a call so far. */
export interface Progress {
  /** The failed one included. */
  readonly attempts: number;
  readonly replayed: boolean;
  readonly renewed: boolean;
  readonly remainingMs: number;
}

const giveUp: Decision = { kind: 'give-up' };

/** Decides what to do after `error`. Pure: `random` is a number from 0 up to 1. */
export function afterFailure(error: DingTalkError, progress: Progress, random: number): Decision {
  const { attempts, replayed, renewed, remainingMs } = progress;
  if (error instanceof NotSentError || attempts >= maxAttempts) return giveUp;
  // However little time is left: a timeout says more than a token that was not renewed.
  if (error.kind === 'stale-token') return renewed ? giveUp : { kind: 'renew-token' };
  if (remainingMs < shortestAttemptMs) return giveUp;
  if (error.details.deadConnection === true && !replayed) return { kind: 'replay' };
  if (!isRepeatable(error)) return giveUp;
  const delayMs = delayBefore(error, attempts, random);
  return delayMs + shortestAttemptMs > remainingMs ? giveUp : { kind: 'retry', delayMs };
}

/** Whether the same call may succeed in a moment. */
function isRepeatable({ kind, details: { documented, status } }: DingTalkError): boolean {
  if (kind === 'rate-limited') return true;
  // An undocumented code with another status than 5xx is not known to be passing.
  return kind === 'unavailable' && (documented === true || status === undefined || status >= 500);
}

function delayBefore({ kind, details }: DingTalkError, attempts: number, random: number): number {
  const { retryAfterMs = 0 } = details;
  if (kind === 'rate-limited') return retryAfterMs + random * rateLimitSpreadMs;
  const backoffMs = Math.min(longestBackoffMs, firstBackoffMs * 2 ** (attempts - 1));
  return Math.max(retryAfterMs, random * backoffMs);
}
