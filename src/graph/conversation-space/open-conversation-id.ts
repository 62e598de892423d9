import { publicError } from '../../errors/public-error.ts';

/** Whole Unicode characters, no control character, no half of a surrogate pair (it would not survive UTF-8). */
const acceptable = /^[^\p{Cc}\p{Cs}]{1,256}$/u;

/**
 * The id, unchanged: ids are opaque, case-sensitive and may hold `+`, `/` and `=`.
 *
 * @throws a public `BAD_USER_INPUT` error that names the argument, never its value.
 */
export function checkOpenConversationId(id: unknown): string {
  if (typeof id === 'string' && acceptable.test(id)) return id;
  const message =
    'openConversationId must be a string of 1 to 256 characters, none of them a control character.';
  throw publicError('BAD_USER_INPUT', message, { argument: 'openConversationId' });
}
