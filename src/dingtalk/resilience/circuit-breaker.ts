import type { Clock } from '../../async/clock.ts';
import type { BreakerState } from '../../domain/dingtalk-status.ts';
import { NotSentError } from '../../errors/dingtalk-error.ts';
import type { About } from '../call.ts';
import { createLatestOutcomes } from './latest-outcomes.ts';
import { createProbeSlots, type ProbeSlot } from './probe-slots.ts';

const shortestPauseMs = 1000;
const longestPauseMs = 30_000;

/** `unknown`: ended in a way that says nothing about DingTalk. */
export type Outcome = 'success' | 'failure' | 'unknown';

/** Stops calls while DingTalk is failing, except a few probes. */
export interface CircuitBreaker {
  readonly state: BreakerState;
  /** @throws {NotSentError} `unavailable` where {@link enter} would right now. */
  check(about: About): void;
  /**
   * Lets a call in; the returned function must be called with its outcome.
   *
   * @throws {NotSentError} `unavailable` while it is not closed and has no slot for this call.
   */
  enter(about: About): (outcome: Outcome) => void;
}

/**
 * Opens when DingTalk as a whole is failing (see {@link createLatestOutcomes}). While it is not closed it has a few slots
 * (see {@link createProbeSlots}). A failure holds one until the pause is over, and so do the failures that opened the
 * breaker; a probe holds one until it ends, for `probeMs` at most. A call that finds a free slot is a probe, and the first
 * probe that succeeds closes the breaker. So an outage takes all slots, while one id or viewer that always fails leaves
 * slots to the others. The pause is a second, and doubles after each one that ends with a failed probe, up to 30 s.
 */
export function createCircuitBreaker(clock: Clock, probeMs: number): CircuitBreaker {
  let outcomes = createLatestOutcomes(clock);
  let slots = createProbeSlots(clock);
  /** 0: closed. */
  let pauseMs = 0;
  let pauseUntilMs = 0;
  /** Counts openings and closings: calls that began in an earlier epoch say nothing about this one. */
  let epoch = 0;

  function pause(): void {
    pauseMs = Math.min(Math.max(shortestPauseMs, pauseMs * 2), longestPauseMs);
    pauseUntilMs = clock.nowMs() + pauseMs;
  }

  function open(): void {
    pause();
    for (const about of outcomes.failures()) {
      if (!slots.refusal(about)) slots.take(about, pauseUntilMs);
    }
    epoch += 1;
  }

  function close(about: About): void {
    outcomes = createLatestOutcomes(clock);
    outcomes.note(about, false);
    slots = createProbeSlots(clock);
    pauseMs = 0;
    epoch += 1;
  }

  function noteCall(about: About, outcome: Outcome): void {
    // A client can make up any number of unknown bearers.
    if (outcome === 'unknown' || about.isUnknown === true) return;
    outcomes.note(about, outcome === 'failure');
    if (outcome === 'failure' && outcomes.isFailing()) open();
  }

  function noteProbe(slot: ProbeSlot, outcome: Outcome): void {
    if (!slots.holds(slot)) return;
    if (outcome === 'success') close(slot.about);
    else if (outcome === 'unknown') slots.release(slot);
    else {
      if (clock.nowMs() >= pauseUntilMs) pause();
      slot.untilMs = pauseUntilMs;
    }
  }

  function check(about: About): void {
    const refused = pauseMs === 0 ? undefined : slots.refusal(about);
    if (!refused) return;
    const leftMs = pauseUntilMs - clock.nowMs();
    throw new NotSentError('unavailable', {
      retryAfterMs: Math.ceil(leftMs > 0 ? leftMs : shortestPauseMs),
      reason: 'DingTalk keeps failing: the circuit breaker is open',
      ...(refused.ownCalls && { ownCalls: true }),
    });
  }

  return {
    get state() {
      if (pauseMs === 0) return 'closed';
      return clock.nowMs() < pauseUntilMs ? 'open' : 'half-open';
    },
    check,
    enter(about) {
      check(about);
      if (pauseMs > 0) {
        const slot = slots.take(about, clock.nowMs() + probeMs);
        return (outcome) => noteProbe(slot, outcome);
      }
      const startedIn = epoch;
      return (outcome) => {
        if (epoch === startedIn) noteCall(about, outcome);
      };
    },
  };
}
