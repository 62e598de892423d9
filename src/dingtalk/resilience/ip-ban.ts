import type { Clock } from '../../async/clock.ts';
import { NotSentError } from '../../errors/dingtalk-error.ts';

/** The time for which DingTalk hears nothing from this IP. */
export interface Ban {
  /** In the past where there is none. */
  readonly untilMs: number;
  start(durationMs: number): void;
  /** @throws {NotSentError} `ip-banned` while it lasts. */
  check(): void;
}

export function createBan(clock: Clock): Ban {
  let untilMs = -Infinity;
  return {
    get untilMs() {
      return untilMs;
    },
    start(durationMs) {
      untilMs = Math.max(untilMs, clock.nowMs() + durationMs);
    },
    check() {
      const leftMs = untilMs - clock.nowMs();
      if (leftMs <= 0) return;
      const reason = 'DingTalk has banned this IP';
      throw new NotSentError('ip-banned', { retryAfterMs: Math.ceil(leftMs), reason });
    },
  };
}
