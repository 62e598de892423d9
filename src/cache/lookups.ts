import type { Clock } from '../clock.ts';
import { startDeadline } from '../dingtalk/deadline.ts';
import type { DingTalk } from '../dingtalk/dingtalk.ts';
import type { Endpoint } from '../dingtalk/endpoint.ts';
import type { Viewer } from '../viewer.ts';

/** Answers of DingTalk for viewers, each within one deadline. */
export interface Lookups {
  /**
   * What `endpoint` says of `input` to `viewer`.
   *
   * @throws {DingTalkError} for every failure of DingTalk or on the way to it.
   * @throws {ClientGoneError} when `signal` is aborted first.
   */
  find<Input, Answer>(
    endpoint: Endpoint<Input, Answer>,
    input: Input,
    viewer: Viewer,
    signal: AbortSignal,
  ): Promise<Answer>;
}

interface LookupsOptions {
  readonly dingtalk: DingTalk;
  readonly clock: Clock;
  readonly timeoutMs: number;
}

export function createLookups({ dingtalk, clock, timeoutMs }: LookupsOptions): Lookups {
  return {
    async find(endpoint, input, viewer, signal) {
      using deadline = startDeadline(clock, timeoutMs, signal);
      // Awaited here: the deadline ends with this function.
      return await dingtalk.call(endpoint, input, viewer, { deadline });
    },
  };
}
