import * as z from 'zod';
import { DingTalkError } from '../../errors/dingtalk-error.ts';

/**
 * Fields of DingTalk's bodies that must not cost the rest of the body: a value of the wrong type is null, or an error of
 * its own field.
 */

/** An id, also where DingTalk writes it as a number. */
export const idBody = z.codec(z.union([z.string().min(1), z.int()]), z.string(), {
  decode: String,
  encode: (id) => id,
});

/** The same; null where it is missing or empty. */
export const optionalIdBody = z.codec(z.optional(z.unknown()), z.custom<string | null>(), {
  decode: (value) =>
    Number.isSafeInteger(value) ? String(value) : typeof value === 'string' && value !== '' ? value : null,
  encode: (id) => id,
});

/** A text; null where it is missing or empty. */
export const textBody = z.codec(z.optional(z.unknown()), z.custom<string | null>(), {
  decode: (value) => (typeof value === 'string' && value !== '' ? value : null),
  encode: (text) => text,
});

/** A boolean, also as text; null where it is missing. */
export const booleanBody = z.codec(z.optional(z.unknown()), z.custom<boolean | null>(), {
  decode: (value) =>
    value === true || value === 'true' ? true : value === false || value === 'false' ? false : null,
  encode: (value) => value,
});

/** A Java Long. One that JavaScript cannot hold exactly is an error of its field. */
export type UpstreamLong = number | DingTalkError | null;

/** Stored in place of a number that could not be read. */
const unreadable = 'unreadable';

/** A Java Long, as a number or its text. */
export const longBody = z.codec(z.optional(z.unknown()), z.custom<UpstreamLong>(), {
  decode(value) {
    if (value === undefined || value === null || value === '') return null;
    const number = typeof value === 'string' && /^-?\d{1,20}$/.test(value) ? Number(value) : value;
    if (Number.isSafeInteger(number)) return number as number;
    return new DingTalkError('malformed-response', { reason: 'a number is not a safe integer' });
  },
  encode: (long) => (long instanceof DingTalkError ? unreadable : long),
});
