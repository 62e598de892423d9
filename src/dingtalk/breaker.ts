import { CircuitState, CountBreaker } from 'cockatiel';
import type { Clock } from '../clock.ts';
import { NotSentError } from './dingtalk-error.ts';

/** Opens when more than half of the latest calls failed, ten at least. */
const judgement = { size: 20, threshold: 0.5, minimumNumberOfCalls: 10 };
const shortestOpenMs = 1000;
const longestOpenMs = 30_000;

export const breakerStates = ['closed', 'open', 'half-open'] as const;
export type BreakerState = (typeof breakerStates)[number];
/** `unknown`: ended in a way that tells nothing of DingTalk. */
export type Outcome = 'success' | 'failure' | 'unknown';

/** Keeps calls from a DingTalk that is failing, and tries now and then whether it still is. */
export interface Breaker {
  readonly state: BreakerState;
  /** @throws {NotSentError} `unavailable` where {@link enter} would right now. */
  check(): void;
  /**
   * Lets a call in; the returned function must be told how it ended.
   *
   * @throws {NotSentError} `unavailable` while open, and while half-open beside the one call that is let through to see.
   */
  enter(): (outcome: Outcome) => void;
}

/**
 * Open for a second first, for twice as long after each failed probe, for 30 s at most. A probe that has not ended
 * after `probeMs` no longer keeps the next one away.
 */
export function createBreaker(clock: Clock, probeMs: number): Breaker {
  let latest = new CountBreaker(judgement);
  let openMs = 0;
  let openUntilMs = 0;
  let probeUntilMs = 0;
  /** Calls of an earlier time tell nothing of now. */
  let era = 0;

  const isClosed = (): boolean => openMs === 0;

  function open(): void {
    openMs = Math.min(Math.max(shortestOpenMs, openMs * 2), longestOpenMs);
    openUntilMs = clock.nowMs() + openMs;
    probeUntilMs = 0;
    era += 1;
  }

  function close(): void {
    latest = new CountBreaker(judgement);
    openMs = 0;
    era += 1;
  }

  function noteOrdinary(outcome: Outcome): void {
    if (outcome === 'success') latest.success(CircuitState.Closed);
    else if (outcome === 'failure' && latest.failure(CircuitState.Closed)) open();
  }

  function noteProbe(outcome: Outcome): void {
    if (outcome === 'success') close();
    else if (outcome === 'failure') open();
    else probeUntilMs = 0;
  }

  function check(): void {
    if (isClosed()) return;
    const nowMs = clock.nowMs();
    const retryAfterMs = nowMs < openUntilMs ? openUntilMs - nowMs : shortestOpenMs;
    if (nowMs < openUntilMs || nowMs < probeUntilMs) throw failingFast(retryAfterMs);
  }

  return {
    get state() {
      if (isClosed()) return 'closed';
      return clock.nowMs() < openUntilMs ? 'open' : 'half-open';
    },
    check,
    enter() {
      check();
      const note = isClosed() ? noteOrdinary : noteProbe;
      if (!isClosed()) {
        era += 1;
        probeUntilMs = clock.nowMs() + probeMs;
      }
      const enteredIn = era;
      return (outcome) => {
        if (era === enteredIn) note(outcome);
      };
    },
  };
}

const failingFast = (waitMs: number): NotSentError =>
  new NotSentError('unavailable', {
    retryAfterMs: Math.ceil(waitMs),
    reason: 'DingTalk keeps failing: it is left alone for a while',
  });
