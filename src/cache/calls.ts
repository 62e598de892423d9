import type { Clock } from '../async/clock.ts';
import type { DingTalk } from '../dingtalk/dingtalk.ts';
import { isBatched, type CacheableEndpoint } from '../domain/endpoint.ts';
import type { Viewer } from '../domain/viewer.ts';
import { createBatch, type Calls } from './batch.ts';

/** How the lookups of one turn call `endpoint` for `viewer`: together where it has a batch form, else each alone. */
export function createCalls<Input, Answer>(
  endpoint: CacheableEndpoint<Input, Answer>,
  viewer: Viewer,
  dingtalk: DingTalk,
  clock: Clock,
): Calls<Input, Answer> {
  if (isBatched(endpoint)) {
    return createBatch(
      endpoint.batch,
      (inputs, deadline, onAttempt, spans) =>
        dingtalk.callBatch(endpoint, inputs, viewer, { deadline, onAttempt, spans }),
      clock,
    );
  }
  return {
    join: (input) => ({
      call: (deadline, onAttempt, span) =>
        dingtalk.call(endpoint, input, viewer, { deadline, onAttempt, spans: span && [span] }),
      leave: () => undefined,
    }),
  };
}
