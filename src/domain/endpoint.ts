import type * as z from 'zod';
import type { PublicWords } from '../errors/dingtalk-error.ts';
import type { DingTalkErrorKind } from '../errors/kinds.ts';

/** What a code of DingTalk's means for what an endpoint asks for, in words that name it. */
export interface Refusal extends PublicWords {
  readonly kind: DingTalkErrorKind;
}

/** Refusals by DingTalk's code. */
export type Refusals = Readonly<Record<string, Refusal>>;

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
  /** Its own refusals. They go before the codes that mean the same for every API. */
  readonly refusals: Refusals;
}
