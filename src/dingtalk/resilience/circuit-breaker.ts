import type { Clock } from '../../async/clock.ts';
import { NotSentError } from '../../errors/dingtalk-error.ts';
import type { BreakerState } from '../../domain/dingtalk-status.ts';
import type { About } from '../call.ts';
import { createJudgement } from './judgement.ts';

const shortestPauseMs = 1000;
const longestPauseMs = 30_000;
const allPlaces = 7;
const placesOfViewer = 3;
/** All unknown bearers are one viewer, whom nobody knows. */
const placesOfUnknown = 1;

/** `unknown`: ended in a way that says nothing about DingTalk. */
export type Outcome = 'success' | 'failure' | 'unknown';

/** Keeps calls from a DingTalk that is failing, and probes now and then whether it still is. */
export interface CircuitBreaker {
  readonly state: BreakerState;
  /** @throws {NotSentError} `unavailable` where {@link enter} would right now. */
  check(about: About): void;
  /**
   * Lets a call in; the returned function must be called with how it ended.
   *
   * @throws {NotSentError} `unavailable` while it is not closed and has no place for this call.
   */
  enter(about: About): (outcome: Outcome) => void;
}

/** Room for one of the few calls that are let through while DingTalk is failing. */
interface Place {
  readonly about: About;
  takenUntilMs: number;
}

/**
 * Opens when DingTalk as a whole is failing (see {@link createJudgement}). While it is not closed it has seven places, at
 * most one for a subject, three for a viewer and one for all unknown bearers. A failure holds a place until the pause is over, and so do the failures
 * that opened the breaker; a probe holds one until it ends, for `probeMs` at most. A call that finds a free place is let
 * through as a probe, and the first probe that succeeds closes the breaker. So an outage takes all places, while one id
 * or viewer that always fails leaves places to the others. The pause is a second, and doubles after each one that ends
 * with a failed probe, up to 30 s.
 */
export function createCircuitBreaker(clock: Clock, probeMs: number): CircuitBreaker {
  let judgement = createJudgement(clock);
  let places: Place[] = [];
  let pauseMs = 0;
  let pauseUntilMs = 0;
  /** Counts openings and closings: calls that began in an earlier era say nothing about this one. */
  let era = 0;

  const isClosed = (): boolean => pauseMs === 0;

  /** Undefined where a call finds a place; else whether it is this viewer's calls, or this subject, that leave it none. */
  function refusal({
    viewer,
    subject,
    isUnknown = false,
  }: About): { readonly ownCalls: boolean } | undefined {
    const nowMs = clock.nowMs();
    places = places.filter(({ takenUntilMs }) => nowMs < takenUntilMs);
    const ofViewer = places.filter(({ about }) => about.viewer === viewer);
    const isTaken = places.some(({ about }) => about.subject === subject);
    if (ofViewer.length >= (isUnknown ? placesOfUnknown : placesOfViewer)) return { ownCalls: true };
    return places.length >= allPlaces || isTaken ? { ownCalls: false } : undefined;
  }

  function pause(): void {
    pauseMs = Math.min(Math.max(shortestPauseMs, pauseMs * 2), longestPauseMs);
    pauseUntilMs = clock.nowMs() + pauseMs;
  }

  function open(): void {
    pause();
    for (const about of judgement.failures()) {
      if (!refusal(about)) places.push({ about, takenUntilMs: pauseUntilMs });
    }
    era += 1;
  }

  function close(about: About): void {
    judgement = createJudgement(clock);
    judgement.note(about, false);
    places = [];
    pauseMs = 0;
    era += 1;
  }

  function noteOrdinary(about: About, outcome: Outcome): void {
    // Who is unknown may have made it up.
    if (outcome === 'unknown' || about.isUnknown === true) return;
    judgement.note(about, outcome === 'failure');
    if (outcome === 'failure' && judgement.isFailing()) open();
  }

  function noteProbe(place: Place, outcome: Outcome): void {
    if (!places.includes(place)) return;
    if (outcome === 'success') close(place.about);
    else if (outcome === 'unknown') places = places.filter((other) => other !== place);
    else {
      if (clock.nowMs() >= pauseUntilMs) pause();
      place.takenUntilMs = pauseUntilMs;
    }
  }

  function check(about: About): void {
    const refused = isClosed() ? undefined : refusal(about);
    if (!refused) return;
    const leftMs = pauseUntilMs - clock.nowMs();
    throw failingFast(leftMs > 0 ? leftMs : shortestPauseMs, refused.ownCalls);
  }

  return {
    get state() {
      if (isClosed()) return 'closed';
      return clock.nowMs() < pauseUntilMs ? 'open' : 'half-open';
    },
    check,
    enter(about) {
      check(about);
      if (!isClosed()) {
        const place = { about, takenUntilMs: clock.nowMs() + probeMs };
        places.push(place);
        return (outcome) => noteProbe(place, outcome);
      }
      const enteredIn = era;
      return (outcome) => {
        if (era === enteredIn) noteOrdinary(about, outcome);
      };
    },
  };
}

const failingFast = (waitMs: number, ownCalls: boolean): NotSentError =>
  new NotSentError('unavailable', {
    retryAfterMs: Math.ceil(waitMs),
    reason: 'DingTalk keeps failing: the circuit breaker is open',
    ...(ownCalls && { ownCalls }),
  });
