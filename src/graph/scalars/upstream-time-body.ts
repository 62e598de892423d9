import * as z from 'zod';
import { DingTalkError } from '../../errors/dingtalk-error.ts';
import { parseUpstreamTime } from './upstream-time.ts';

/** A time that DingTalk told, in UTC as ISO 8601 has it: an unreadable one is that field's error, and no time is no time. */
export type UpstreamTime = string | DingTalkError | null;

/** Stands for a time that could not be read once, and cannot be read any better a second time. */
const unreadable = 'unreadable';

/** Reads both ways. A time that cannot be read, whatever its type, must not cost the rest of the body. */
export const upstreamTimeBody = z.codec(z.optional(z.unknown()), z.custom<UpstreamTime>(), {
  decode(value) {
    if (value === undefined || value === null || value === '') return null;
    const moment = typeof value === 'string' ? parseUpstreamTime(value) : undefined;
    return (
      moment?.toISOString() ??
      new DingTalkError('malformed-response', { reason: 'a time is in none of the known forms' })
    );
  },
  encode: (time) => (time instanceof DingTalkError ? unreadable : time),
});
