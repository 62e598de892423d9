import type { Clock } from '../async/clock.ts';
import { Deadline } from '../async/deadline.ts';
import { nextTurn } from '../async/next-turn.ts';
import { callsOf, type BatchForm, type BatchResult } from '../domain/endpoint.ts';
import type { LookupSpan } from '../domain/tracer.ts';

/** One lookup's place among those of a turn: it calls or it leaves. */
export interface Member<Answer> {
  /** Asks DingTalk. `onAttempt` is called before each attempt, which is a span of `span`. */
  readonly call: (deadline: Deadline, onAttempt: () => void, span: LookupSpan | undefined) => Promise<Answer>;
  /** The lookup needs no call. Does nothing after a call. */
  readonly leave: () => void;
}

/** How lookups of one turn, for one viewer, call one endpoint. */
export interface Calls<Input, Answer> {
  join(input: Input): Member<Answer>;
}

/** One call: what was found for each input, in their order. */
type SendBatch<Input, Answer> = (
  inputs: readonly [Input, ...Input[]],
  deadline: Deadline,
  onAttempt: () => void,
  spans: readonly LookupSpan[] | undefined,
) => Promise<readonly BatchResult<Answer>[]>;

interface Asking<Input, Answer> {
  readonly input: Input;
  readonly deadline: Deadline;
  readonly onAttempt: () => void;
  readonly span: LookupSpan | undefined;
  readonly answer: PromiseWithResolvers<Answer>;
}

/**
 * For an endpoint that takes several inputs a call. The calls go out once each member has called or left, and no further
 * one has joined meanwhile: what is found in memory, in Redis or in another request's call is not asked for again, and
 * entries that are found stale are revalidated with what is missing.
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
  let undecided = 0;
  let asking: Asking<Input, Answer>[] = [];
  let isDue = false;

  /** In the next turn: others of this turn may join. */
  async function sendWhenDecided(): Promise<void> {
    if (undecided > 0 || asking.length === 0 || isDue) return;
    isDue = true;
    await nextTurn();
    isDue = false;
    if (undecided > 0) return;
    const members = asking;
    asking = [];
    try {
      for (const call of callsOf(forMembers, members)) void sendCall(call);
    } catch (error) {
      for (const { answer } of members) answer.reject(error);
    }
  }

  /** Has the time that each of its members has, and is aborted when all of them have left. */
  async function sendCall(members: readonly Asking<Input, Answer>[]): Promise<void> {
    const [first, ...others] = members.map(({ input }) => input);
    if (first === undefined) return;
    using deadline = new Deadline(clock, Math.min(...members.map((each) => each.deadline.remainingMs())));
    const leave = (): void => {
      if (members.every((each) => each.deadline.signal.aborted))
        deadline.giveUp(members[0]?.deadline.signal.reason);
    };
    for (const each of members) each.deadline.signal.addEventListener('abort', leave);
    leave();
    try {
      const onAttempt = (): void => members.forEach((each) => each.onAttempt());
      const results = await send([first, ...others], deadline, onAttempt, spansOf(members));
      members.forEach(({ answer }, index) => settle(answer, results[index]));
    } catch (error) {
      for (const { answer } of members) answer.reject(error);
    } finally {
      for (const each of members) each.deadline.signal.removeEventListener('abort', leave);
    }
  }

  return {
    join(input) {
      undecided += 1;
      let isUndecided = true;
      const leave = (): void => {
        if (isUndecided) undecided -= 1;
        isUndecided = false;
        void sendWhenDecided();
      };
      return {
        leave,
        call(deadline, onAttempt, span) {
          const answer = Promise.withResolvers<Answer>();
          asking.push({ input, deadline, onAttempt, span, answer });
          leave();
          return answer.promise;
        },
      };
    },
  };
}

/** Undefined where none is traced. */
function spansOf(members: readonly Pick<Asking<never, never>, 'span'>[]): readonly LookupSpan[] | undefined {
  const spans = members.flatMap(({ span }) => span ?? []);
  return spans.length > 0 ? spans : undefined;
}

function settle<Answer>(answer: PromiseWithResolvers<Answer>, result: BatchResult<Answer> | undefined): void {
  if (!result) answer.reject(new Error('A batch has no result for one of its inputs'));
  else if ('error' in result) answer.reject(result.error);
  else answer.resolve(result.answer);
}
