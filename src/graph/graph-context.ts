import type { Cursors } from './dentry/cursor.ts';
import type { AnswerBudget } from './limits/answer-budget.ts';
import type { ErrorCap } from './limits/error-cap.ts';
import type { Explanation } from './loading/explanation.ts';
import type { Load } from './loading/loading.ts';

/** What resolvers are given: everything of one request and nothing of another. */
export interface GraphContext {
  readonly load: Load;
  readonly errorCap: ErrorCap;
  readonly answerBudget: AnswerBudget;
  readonly cursors: Cursors;
  /** Milliseconds since 1970. */
  readonly wallMs: () => number;
  /** Set where the request asked for `x-explain`. */
  readonly explanation?: Explanation | undefined;
}
