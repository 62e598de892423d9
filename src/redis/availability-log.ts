import type { Logger } from 'pino';
import { NoPrimaryError } from './find-primary.ts';
import { RedisUnavailableError } from './redis-unavailable-error.ts';
import { wordOf } from './refusal.ts';
import { UnreadableReplyError } from './reply-limits.ts';

/** Logs one line when Redis becomes unavailable and one when it answers again. */
export interface AvailabilityLog {
  /** `remedy`: what the operator can do. */
  noteFailure(reason: string, remedy?: string): void;
  noteAnswer(): void;
}

export function createAvailabilityLog(log: Logger): AvailabilityLog {
  let isAvailable = true;
  return {
    noteFailure(reason, remedy) {
      if (isAvailable)
        log.warn({ reason, remedy }, 'Redis is unavailable: this process works from its own memory');
      isAvailable = false;
    },
    noteAnswer() {
      if (!isAvailable) log.info('Redis is available again');
      isAvailable = true;
    },
  };
}

/** The system's code, or the first word of an error of Redis (`WRONGPASS`): the rest may contain anything. */
export function reasonOf(error: Error): string {
  const isOurs = [UnreadableReplyError, RedisUnavailableError, NoPrimaryError].some(
    (one) => error instanceof one,
  );
  if (isOurs) return error.message;
  if ('code' in error && typeof error.code === 'string') return error.code;
  if (error.name === 'MaxRetriesPerRequestError') return 'connection closed';
  return wordOf(error) ?? /^[A-Z]+\b/.exec(error.message)?.[0] ?? error.name;
}
