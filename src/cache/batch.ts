import type { Clock } from '../async/clock.ts';
import { Deadline } from '../async/deadline.ts';
import { nextTurn } from '../async/next-turn.ts';
import type { CallOptions, Reservation } from '../dingtalk/dingtalk.ts';
import { callsOf, type BatchForm, type BatchResult } from '../domain/endpoint.ts';
import type { LookupSpan } from '../domain/tracer.ts';
import { JoinedTurns } from '../domain/joined-turns.ts';

/** One lookup's place among those of a turn: it calls or it leaves. */
export interface Member<Answer> {
  /** Asks DingTalk. */
  readonly call: (options: CallOptions) => Promise<Answer>;
  /** The lookup needs no call, or will make one later: the others need not wait for it. Does nothing after a call. */
  readonly leave: () => void;
  /** Asks for a slot for the call, see `DingTalk.reserve`. Undefined where lookups share a call. */
  readonly reserve?: () => Reservation | undefined;
}

/** How lookups of one turn, for one viewer, call one endpoint. */
export interface Calls<Input, Answer> {
  /** `onCall` is called before each attempt, for one member of those that call together: the first one that has it. */
  join(input: Input, onCall?: () => void): Member<Answer>;
}

/** One call: what was found for each input, in their order. */
type SendBatch<Input, Answer> = (
  inputs: readonly [Input, ...Input[]],
  options: CallOptions,
) => Promise<readonly BatchResult<Answer>[]>;

interface Asking<Input, Answer> {
  readonly input: Input;
  readonly options: CallOptions;
  readonly onCall: (() => void) | undefined;
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
    using deadline = new Deadline(
      clock,
      Math.min(...members.map(({ options }) => options.deadline.remainingMs())),
    );
    const leave = (): void => {
      if (members.every(({ options }) => options.deadline.signal.aborted))
        deadline.giveUp(members[0]?.options.deadline.signal.reason);
    };
    const joined = new JoinedTurns();
    for (const { options } of members) {
      options.deadline.signal.addEventListener('abort', leave);
      options.joined?.follow((key) => joined.join(key));
    }
    leave();
    try {
      const onAttempt = (): void => {
        members.find(({ onCall }) => onCall)?.onCall?.();
        for (const { options } of members) options.onAttempt?.();
      };
      const onTurn = (waitMs: number): void => {
        for (const { options } of members) options.onTurn?.(waitMs);
      };
      const results = await send([first, ...others], {
        deadline,
        joined,
        onAttempt,
        onTurn,
        spans: spansOf(members),
      });
      members.forEach(({ answer }, index) => settle(answer, results[index]));
    } catch (error) {
      for (const { answer } of members) answer.reject(error);
    } finally {
      for (const { options } of members) options.deadline.signal.removeEventListener('abort', leave);
    }
  }

  return {
    join(input, onCall) {
      undecided += 1;
      let isUndecided = true;
      const leave = (): void => {
        if (isUndecided) undecided -= 1;
        isUndecided = false;
        void sendWhenDecided();
      };
      return {
        leave,
        call(options) {
          const answer = Promise.withResolvers<Answer>();
          asking.push({ input, options, onCall, answer });
          leave();
          return answer.promise;
        },
      };
    },
  };
}

/** Undefined where none is traced. */
function spansOf(
  members: readonly Pick<Asking<never, never>, 'options'>[],
): readonly LookupSpan[] | undefined {
  const spans = members.flatMap(({ options }) => options.spans ?? []);
  return spans.length > 0 ? spans : undefined;
}

function settle<Answer>(answer: PromiseWithResolvers<Answer>, result: BatchResult<Answer> | undefined): void {
  if (!result) answer.reject(new Error('A batch has no result for one of its inputs'));
  else if ('error' in result) answer.reject(result.error);
  else answer.resolve(result.answer);
}
