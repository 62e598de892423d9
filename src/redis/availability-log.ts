import type { Logger } from 'pino';
import { UnreadableReplyError } from './reply-limits.ts';

/** Logs one line when Redis becomes unavailable and one when it answers again. */
export interface AvailabilityLog {
  noteFailure(reason: string): void;
  noteAnswer(): void;
}

export function createAvailabilityLog(log: Logger): AvailabilityLog {
  let isAvailable = true;
  return {
    noteFailure(reason) {
      if (isAvailable) log.warn({ reason }, 'Redis is unavailable: this process works from its own memory');
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
  if (error instanceof UnreadableReplyError) return error.message;
  if ('code' in error && typeof error.code === 'string') return error.code;
  return /^[A-Z]+\b/.exec(error.message)?.[0] ?? error.name;
}
