/** Whole Unicode characters, no control character, no half of a surrogate pair (it would not survive UTF-8). */
const acceptable = /^[^\p{Cc}\p{Cs}]{1,256}$/u;

/** True for what may be an id of DingTalk's: opaque, so of any shape, but 1 to 256 characters fit for a request. */
export const isOpaqueId = (value: unknown): value is string =>
  typeof value === 'string' && acceptable.test(value);
