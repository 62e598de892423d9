import { z } from 'zod';
import { DingTalkError } from '../dingtalk/dingtalk-error.ts';
import { parseUpstreamTime } from '../dingtalk/upstream-time.ts';

/** A time as DingTalk told it: an unreadable one is that field's error, and no time is no time. */
export type UpstreamTime = Date | DingTalkError | null;

/** A time that cannot be read, whatever its type, must not cost the rest of the body. */
export const upstreamTimeBody = z.optional(z.unknown()).transform((value): UpstreamTime => {
  if (value === undefined || value === null || value === '') return null;
  const moment = typeof value === 'string' ? parseUpstreamTime(value) : undefined;
  return (
    moment ?? new DingTalkError('malformed-response', { reason: 'a time is in none of the known forms' })
  );
});
