import type { FastifyBaseLogger } from 'fastify';
import type { GraphContext } from '../../graph/graph-context.ts';

/** What one request is executed with. */
export interface RequestContext extends GraphContext {
  /** Lines of this log name the request and its viewer. */
  readonly log: () => FastifyBaseLogger;
}
