import type { Clock } from '../clock.ts';
import { ClientGoneError, DingTalkError, type DingTalkErrorKind } from './dingtalk-error.ts';

const failuresInARow = 5;
/** After that long without news the upstream deserves another try, so that an unready gateway can recover. */
const forgetAfterMs = 30_000;
const failing: readonly DingTalkErrorKind[] = [
  'unavailable',
  'timeout',
  'malformed-response',
  'misconfigured',
];

export interface UpstreamHealth {
  /** Takes note of how a call ended. */
  note(error: unknown): void;
  /** True after several failures in a row, none of them long ago. A refusal is an answer, not a failure. */
  isFailing(): boolean;
}

export function createUpstreamHealth(clock: Clock): UpstreamHealth {
  let failures = 0;
  let lastFailureMs = 0;
  return {
    note(error) {
      // Neither a client that leaves nor a refusal of our own tells anything of DingTalk.
      if (error instanceof ClientGoneError || isOurs(error)) return;
      if (error instanceof DingTalkError && failing.includes(error.kind)) {
        failures += 1;
        lastFailureMs = clock.nowMs();
      } else {
        failures = 0;
      }
    },
    isFailing: () => failures >= failuresInARow && clock.nowMs() - lastFailureMs < forgetAfterMs,
  };
}

const isOurs = (error: unknown): boolean =>
  error instanceof DingTalkError &&
  (error.kind === 'misconfigured' || error.kind === 'rate-limited') &&
  error.details.status === undefined;
