import type { Clock } from '../async/clock.ts';
import { whileWaiting, type Deadline } from '../async/deadline.ts';
import { JointWork } from '../async/joint-work.ts';
import { callsOf, type BatchForm, type BatchResult } from '../domain/endpoint.ts';

/** One lookup's place among those of a turn: it calls or it leaves. */
export interface Member<Answer> {
  /** Asks DingTalk. `onAttempt` is called before each attempt. */
  readonly call: (deadline: Deadline, onAttempt: () => void) => Promise<Answer>;
  /** The lookup needs no call. Does nothing after a call. */
  readonly leave: () => void;
}

/** How lookups of one turn, for one viewer, call one endpoint. */
export interface Calls<Input, Answer> {
  join(input: Input): Member<Answer>;
  /** Every lookup of the turn that may need a call has joined. */
  close(): void;
}

/** One call: what was found for each input, in their order. */
type SendBatch<Input, Answer> = (
  inputs: readonly [Input, ...Input[]],
  deadline: Deadline,
  onAttempt: () => void,
) => Promise<readonly BatchResult<Answer>[]>;

interface Asking<Input, Answer> {
  readonly input: Input;
  readonly deadline: Deadline;
  readonly onAttempt: () => void;
  readonly answer: PromiseWithResolvers<Answer>;
}

/**
 * For an endpoint that takes several inputs a call. The calls go out once the batch is closed and each of its members has
 * called or left: what is found in memory, in Redis or in another request's call is not asked for again. A member may
 * call once more, for a second flight.
 */
export function createBatch<Input, Answer>(
  form: BatchForm<Input>,
  send: SendBatch<Input, Answer>,
  clock: Clock,
): Calls<Input, Answer> {
  const forMembers = {
    maxInputs: form.maxInputs,
    groupOf: ({ input }: Asking<Input, Answer>) => form.groupOf(input),
  };
  /** One of them is the batch itself, until it is closed. */
  let undecided = 1;
  let asking: Asking<Input, Answer>[] = [];

  function decide(): void {
    undecided -= 1;
    if (undecided === 0) sendAll();
  }

  function sendAll(): void {
    const members = asking.filter(({ deadline }) => !deadline.signal.aborted);
    asking = [];
    for (const call of callsOf(forMembers, members)) sendCall(call);
  }

  /** The call is aborted when no member waits for it any more. */
  function sendCall(members: readonly Asking<Input, Answer>[]): void {
    const [first, ...others] = members.map(({ input }) => input);
    if (first === undefined) return;
    const timeoutMs = Math.max(...members.map(({ deadline }) => deadline.remainingMs()));
    const onAttempt = (): void => members.forEach((member) => member.onAttempt());
    const call = new JointWork(clock, timeoutMs, (deadline) => send([first, ...others], deadline, onAttempt));
    members.forEach(({ deadline, answer }, index) => {
      answer.resolve(call.wait(deadline.signal).then((results) => answerIn(results[index])));
    });
  }

  return {
    join(input) {
      undecided += 1;
      let isUndecided = true;
      const leave = (): void => {
        if (!isUndecided) return;
        isUndecided = false;
        decide();
      };
      return {
        leave,
        call(deadline, onAttempt) {
          const answer = Promise.withResolvers<Answer>();
          asking.push({ input, deadline, onAttempt, answer });
          if (isUndecided) leave();
          else if (undecided === 0) sendAll();
          return whileWaiting(answer.promise, deadline.signal);
        },
      };
    },
    close: decide,
  };
}

function answerIn<Answer>(result: BatchResult<Answer> | undefined): Answer {
  if (!result) throw new Error('A batch has no result for one of its inputs');
  if ('error' in result) throw result.error;
  return result.answer;
}
