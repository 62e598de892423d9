import type { Clock } from '../../async/clock.ts';
import { pause, type Deadline } from '../../async/deadline.ts';
import { DingTalkError, NotSentError } from '../../errors/dingtalk-error.ts';
import type { AccessToken } from '../call.ts';
import type { Step } from '../compose.ts';
import type { RetryBudget } from './retry-budget.ts';
import { afterFailure, type Decision, type Progress } from './retry-policy.ts';

interface RetriesOptions {
  readonly clock: Clock;
  readonly random: () => number;
  readonly budget: RetryBudget;
}

/**
 * Retries a call where that may help.
 *
 * @throws {DingTalkError} the error of the last attempt that was sent, or what the deadline is aborted with.
 */
export function createRetries({ clock, random, budget }: RetriesOptions): Step {
  /** Waits for the delay of a retry; false if there is no further attempt. */
  async function awaitNext(decision: Decision, deadline: Deadline): Promise<boolean> {
    if (decision.kind === 'give-up') return false;
    if (decision.kind !== 'retry') return true;
    if (!budget.take()) return false;
    if (decision.delayMs > 0) await pause(clock, decision.delayMs, deadline.signal);
    return true;
  }

  return async (call, next) => {
    const { deadline, repeatable } = call;
    budget.earn();
    let attempts = 0;
    let replayed = false;
    let renewed = false;
    let newConnection = false;
    let sentToken: AccessToken | undefined;
    let refusedToken: AccessToken | undefined;
    let failure: DingTalkError | undefined;
    const onToken = (token: AccessToken): void => void (sentToken = token);
    for (;;) {
      try {
        return await next({ ...call, newConnection, refusedToken, onToken, attempt: attempts + 1 });
      } catch (error) {
        // Prefer DingTalk's last error over "not sent", unless it was only a stale token.
        if (error instanceof NotSentError) throw failure && !isStaleToken(failure) ? failure : error;
        if (!(error instanceof DingTalkError) || deadline.signal.aborted) throw error;
        failure = error;
      }
      attempts += 1;
      const progress: Progress = { attempts, replayed, renewed, remainingMs: deadline.remainingMs() };
      const mayRepeat = repeatable === 'if-untouched' ? isUntouched(failure) : repeatable;
      const decision: Decision = mayRepeat ? afterFailure(failure, progress, random()) : { kind: 'give-up' };
      if (!(await awaitNext(decision, deadline))) throw renewed ? failure : orUnavailable(failure);
      newConnection = decision.kind === 'replay';
      replayed ||= newConnection;
      if (decision.kind === 'renew-token') {
        renewed = true;
        // For all later attempts: the renewal may fail, and the refused token is not used again.
        refusedToken = sentToken;
      }
    }
  };
}

/** Whether DingTalk has not acted on the call. */
const isUntouched = (failure: DingTalkError): boolean =>
  isStaleToken(failure) || failure.details.deadConnection === true;

const isStaleToken = ({ kind }: DingTalkError): boolean => kind === 'stale-token';

/** The next token may be accepted: not a misconfiguration. */
const orUnavailable = (failure: DingTalkError): DingTalkError =>
  isStaleToken(failure) ? new DingTalkError('unavailable', failure.details) : failure;
