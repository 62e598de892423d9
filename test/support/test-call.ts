import * as z from 'zod';
import { Deadline } from '../../src/async/deadline.ts';
import type { Call } from '../../src/dingtalk/call.ts';
import { createManualClock } from './manual-clock.ts';

/** A call for tests of a single step. */
export const testCall = (given: Partial<Call> = {}): Call => ({
  api: 'conversationSpace',
  method: 'GET',
  path: '/',
  answer: z.unknown(),
  secrets: () => [],
  about: { viewer: 'any', subject: 'any' },
  queueKey: 'any',
  corpId: undefined,
  deadline: new Deadline(createManualClock(), 5000),
  repeatable: true,
  ...given,
});
