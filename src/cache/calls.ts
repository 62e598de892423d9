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
      (inputs, options) => dingtalk.callBatch(endpoint, inputs, viewer, options),
      clock,
    );
  }
  return {
    join: (input, onCall) => ({
      call(options) {
        const onAttempt = (): void => {
          onCall?.();
          options.onAttempt?.();
        };
        return dingtalk.call(endpoint, input, viewer, { ...options, onAttempt });
      },
      leave: () => undefined,
      reserve: () => dingtalk.reserve(endpoint, viewer),
    }),
  };
}
