import type * as z from 'zod';

/** One operation of DingTalk's API: how it is asked and what it promises to answer. */
export interface Endpoint<Input, Answer> {
  /** Names the API in logs, and in the budget: DingTalk limits calls per app and API. */
  readonly name: string;
  readonly method: 'GET' | 'POST';
  /** Every segment escaped. The operator's `unionId` is added to the query by the caller. */
  readonly path: (input: Input) => string;
  readonly body?: (input: Input) => unknown;
  /** Reads both ways where the call is repeatable: answers are kept in the words of this schema. */
  readonly answer: z.ZodType<Answer>;
  /** True for a read that may be made twice: replays act on this word only, never on the method. */
  readonly repeatable: boolean;
}
