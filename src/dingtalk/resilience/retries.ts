import type { Clock } from '../../async/clock.ts';
import { pause, type Deadline } from '../../async/deadline.ts';
import { DingTalkError, NotSentError } from '../../errors/dingtalk-error.ts';
import type { RetryBudget } from './retry-budget.ts';
import { nextStep, type NextStep, type Progress } from './retry-policy.ts';

/** How one attempt differs from the one before. */
export interface Attempt {
  /** With the token that comes after the one that was refused. */
  readonly renewToken: boolean;
  readonly newConnection: boolean;
}

interface RetriesOptions {
  readonly clock: Clock;
  readonly random: () => number;
  readonly budget: RetryBudget;
}

export interface Retries {
  /**
   * The answer of the first attempt that has one.
   *
   * @throws {DingTalkError} what the last attempt that was sent failed with, or what the deadline is aborted with.
   */
  run<T>(deadline: Deadline, repeatable: boolean, attempt: (how: Attempt) => Promise<T>): Promise<T>;
}

export function createRetries({ clock, random, budget }: RetriesOptions): Retries {
  /** Waits out the step's delay; false where the retry is not to be had. */
  async function mayGoOn(step: NextStep, deadline: Deadline): Promise<boolean> {
    if (step.kind === 'give-up') return false;
    if (step.kind !== 'retry') return true;
    if (!budget.take()) return false;
    if (step.delayMs > 0) await pause(clock, step.delayMs, deadline.signal);
    return true;
  }

  return {
    async run(deadline, repeatable, attempt) {
      budget.earn();
      let attempts = 0;
      let replayed = false;
      let renewed = false;
      let failure: DingTalkError | undefined;
      let step: NextStep | undefined;
      for (;;) {
        try {
          return await attempt({
            renewToken: step?.kind === 'renew-token',
            newConnection: step?.kind === 'replay',
          });
        } catch (error) {
          // What DingTalk said the last time tells more than why it was not asked again; of a stale token it is no news.
          if (error instanceof NotSentError) throw failure && !isStaleToken(failure) ? failure : error;
          if (!(error instanceof DingTalkError) || deadline.signal.aborted) throw error;
          failure = error;
        }
        attempts += 1;
        const progress: Progress = { attempts, replayed, renewed, remainingMs: deadline.remainingMs() };
        step = repeatable ? nextStep(failure, progress, random()) : { kind: 'give-up' };
        if (!(await mayGoOn(step, deadline))) throw renewed ? failure : orUnavailable(failure);
        replayed ||= step.kind === 'replay';
        renewed ||= step.kind === 'renew-token';
      }
    },
  };
}

const isStaleToken = ({ kind }: DingTalkError): boolean => kind === 'stale-token';

/** A token that went stale at the last attempt is nobody's mistake: with the next one the lookup would have gone on. */
const orUnavailable = (failure: DingTalkError): DingTalkError =>
  isStaleToken(failure) ? new DingTalkError('unavailable', failure.details) : failure;
