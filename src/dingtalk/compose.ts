import type { Call } from './call.ts';

export type Send = <Answer>(call: Call<Answer>) => Promise<Answer>;

/** One step of the pipeline: passes the call on to `next`, or refuses it. */
export type Step = <Answer>(
  call: Call<Answer>,
  next: (call: Call<Answer>) => Promise<Answer>,
) => Promise<Answer>;

/** A step that refuses calls while something is known to be wrong. */
export interface Gate {
  /** Changes nothing. @throws {NotSentError} where {@link step} would refuse the call right now. */
  check(call: Pick<Call, 'about' | 'corpId'>): void;
  readonly step: Step;
}

/** One function of many steps: the first is the outermost, `last` sends the call. */
export const compose = (steps: readonly Step[], last: Send): Send =>
  steps.reduceRight<Send>((next, step) => (call) => step(call, next), last);

/** Refuses at once what a gate further down would refuse: such a call waits for nothing. */
export const refuseEarly =
  (gates: readonly Gate[]): Step =>
  async (call, next) => {
    for (const gate of gates) gate.check(call);
    return next(call);
  };
