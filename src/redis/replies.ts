import { RedisUnavailableError } from './redis-unavailable-error.ts';

/**
 * Returns the reply if it is an integer from `least` to `most`.
 *
 * @throws {RedisUnavailableError} `unreadable` for anything else: this is no answer of Redis to this command.
 */
export function integerReply(reply: unknown, least: number, most: number): number {
  if (typeof reply === 'number' && Number.isSafeInteger(reply) && reply >= least && reply <= most) {
    return reply;
  }
  throw new RedisUnavailableError('unreadable');
}

/** Checks for `1`, which a script without a result returns. Throws like {@link integerReply}. */
export const doneReply = (reply: unknown): void => void integerReply(reply, 1, 1);

/** Returns the reply if it is an array. Throws like {@link integerReply}. */
export function arrayReply(reply: unknown): readonly unknown[] {
  if (Array.isArray(reply)) return reply;
  throw new RedisUnavailableError('unreadable');
}

/** Returns the reply if it is a buffer. Throws like {@link integerReply}. */
export function bufferReply(reply: unknown): Buffer {
  if (Buffer.isBuffer(reply)) return reply;
  throw new RedisUnavailableError('unreadable');
}

/** Whether `error` is an error reply of Redis, such as for full memory or a value of another type. */
export const isErrorReply = (error: unknown): boolean =>
  error instanceof Error && error.name === 'ReplyError';
