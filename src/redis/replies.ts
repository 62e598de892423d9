import { RedisUnavailableError } from './redis-unavailable-error.ts';

/**
 * The reply where it is an integer from `least` to `most`.
 *
 * @throws {RedisUnavailableError} `unreadable` for anything else: it was not Redis that answered this command.
 */
export function integerReply(reply: unknown, least: number, most: number): number {
  if (typeof reply === 'number' && Number.isSafeInteger(reply) && reply >= least && reply <= most) {
    return reply;
  }
  throw new RedisUnavailableError('unreadable');
}

/** Checks the `1` that a script ends with where there is nothing to answer. Throws like {@link integerReply}. */
export const doneReply = (reply: unknown): void => void integerReply(reply, 1, 1);

/** The reply where it is an array. Throws like {@link integerReply}. */
export function arrayReply(reply: unknown): readonly unknown[] {
  if (Array.isArray(reply)) return reply;
  throw new RedisUnavailableError('unreadable');
}

/** The reply where it is bytes. Throws like {@link integerReply}. */
export function bufferReply(reply: unknown): Buffer {
  if (Buffer.isBuffer(reply)) return reply;
  throw new RedisUnavailableError('unreadable');
}

/** An error that Redis itself answered with, such as one for a full memory or a value of another type. */
export const isErrorReply = (error: unknown): boolean =>
  error instanceof Error && error.name === 'ReplyError';
