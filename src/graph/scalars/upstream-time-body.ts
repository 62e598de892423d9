import * as z from 'zod';
import { DingTalkError } from '../../errors/dingtalk-error.ts';
import { parseUpstreamTime } from './upstream-time.ts';

/** A time from DingTalk as ISO 8601 in UTC. An unreadable one is an error of its field, a missing one is null. */
export type UpstreamTime = string | DingTalkError | null;

/** Stored in place of a time that could not be read. */
const unreadable = 'unreadable';

/** A time of any type that cannot be read must not invalidate the rest of the body. */
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
