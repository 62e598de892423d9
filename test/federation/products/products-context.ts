import { createSeal } from '../../../src/domain/seal.ts';
import { Cursors } from '../../../src/graph/dentry/cursor.ts';
import type { GraphContext } from '../../../src/graph/graph-context.ts';
import { AnswerBudget } from '../../../src/graph/limits/answer-budget.ts';
import { ErrorCap } from '../../../src/graph/limits/error-cap.ts';
import { Loading } from '../../../src/graph/loading/loading.ts';
import { find } from './catalogue.ts';

const seal = createSeal({ upstream: '', app: '', secret: 'secret' });

/** What our resolvers are given, without DingTalk. */
export const createProductsContext = (): GraphContext => ({
  load: new Loading({ find, maxLookups: 50, explanation: undefined }).load,
  errorCap: new ErrorCap(20),
  answerBudget: new AnswerBudget(10_000),
  cursors: new Cursors(seal, { unionId: 'chyxxxxx' }),
  wallMs: () => 0,
});
