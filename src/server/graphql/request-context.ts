import type { FastifyBaseLogger } from 'fastify';
import type { OperationSpan } from '../../domain/tracer.ts';
import type { GraphContext } from '../../graph/graph-context.ts';
import type { AnswerFreshness } from '../../graph/loading/answer-freshness.ts';
import type { OperationRecord } from '../operation-record.ts';
import type { AnswerCost } from './answer-cost.ts';

/** The context value of one request. */
export interface RequestContext extends GraphContext {
  /** A log whose lines name the request and its viewer. */
  readonly log: () => FastifyBaseLogger;
  /** What the client prefers for its data. */
  readonly mediaType: string;
  readonly span: OperationSpan | undefined;
  /** For the request's log line; undefined where none is written. */
  readonly record: OperationRecord | undefined;
  /** Undefined where no cache may keep the answer. */
  readonly freshness: AnswerFreshness | undefined;
  /** Set where the request asked for `x-cost`. */
  readonly cost: (() => Promise<AnswerCost>) | undefined;
}
