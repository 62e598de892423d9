import type { Redis as Client } from 'ioredis';
import type { Logger } from 'pino';
import type { Clock } from '../async/clock.ts';
import { awaitReady, connect } from './connection.ts';
import { RedisUnavailableError } from './redis-unavailable-error.ts';
import { isErrorReply } from './replies.ts';
import { UnreadableReplyError } from './reply-limits.ts';
import { createSubscriptions } from './subscriptions.ts';

/** The longest that anybody waits for one command. */
const commandMs = 50;
/** How long Redis is left alone after it could not be reached or was too slow. */
const restMs = 1000;
/** A connection over which answers come late, or not at all, for that long is given up, and another one is made. */
const silenceMs = 5000;

/**
 * Redis as the gateway uses it: a help that may fail at any moment, and nothing to wait for. After a command that
 * found no answer in time the next ones fail at once, for a second.
 */
export interface Redis {
  /**
   * Runs `command`, for 50 ms at most, a connection that is just being made included.
   *
   * @throws {RedisUnavailableError} without its answer in time, or with an error or nonsense in place of one.
   */
  run<T>(command: (client: Client) => Promise<T>): Promise<T>;
  /** The same, even after a command that was late: for what the other replicas have to know, or nobody waits for. */
  insist<T>(command: (client: Client) => Promise<T>, withinMs?: number): Promise<T>;
  /** Hears what is published on `channel`, as long as there is a connection: what is said in between is lost. */
  subscribe(channel: string, listener: (message: string) => void): void;
  /** Resolves with the first connection, or when there is none within `withinMs`: for a start, which nobody waits for. */
  opened(withinMs: number): Promise<void>;
  close(): void;
}

interface RedisDependencies {
  readonly log: Logger;
  readonly clock: Clock;
}

/** Connects in the background: nothing waits for it, and it goes on trying for as long as the process lives. */
export function createRedis(url: URL, { log, clock }: RedisDependencies): Redis {
  const client = connect(url, clock);
  const subscriptions = createSubscriptions(() => connect(url, clock), log);
  /** Until then it is left alone. */
  let restsUntilMs = -Infinity;
  let isHelping = true;
  /** Since when no command was answered in time. */
  let lateSinceMs: number | undefined;
  let opening = awaitReady(client);
  client.on('error', (error) => noteFailure(reasonOf(error)));
  client.on('close', () => {
    opening = awaitReady(client);
    lateSinceMs = undefined;
  });

  function noteFailure(reason: string): void {
    if (isHelping) {
      log.warn({ reason }, 'Redis cannot be used: everything goes on in the memory of this process');
    }
    isHelping = false;
  }

  function noteAnswer(): void {
    lateSinceMs = undefined;
    if (!isHelping) log.info('Redis is there again');
    isHelping = true;
  }

  function noteLate(): void {
    restsUntilMs = clock.nowMs() + restMs;
    noteFailure('no answer in time');
    lateSinceMs ??= clock.nowMs();
    // With it go the commands that still wait for their answers.
    if (clock.nowMs() - lateSinceMs >= silenceMs) client.disconnect(true);
  }

  /** What answers here is not Redis, or answers to something else: the next connection may find it. */
  function noteUnreadable({ message }: RedisUnavailableError): void {
    noteFailure(message);
    client.disconnect(true);
  }

  async function send<T>(command: (client: Client) => Promise<T>): Promise<T> {
    if (client.status === 'connecting' || client.status === 'connect') await opening;
    return command(client);
  }

  async function inTime<T>(work: Promise<T>, withinMs: number): Promise<T> {
    const { promise: late, reject } = Promise.withResolvers<never>();
    const cancelTimer = clock.after(withinMs, () => {
      // What has arrived while this process was busy with other things is read first, and counts.
      setImmediate(() => reject(new RedisUnavailableError('late')));
    });
    try {
      return await Promise.race([work, late]);
    } finally {
      cancelTimer();
    }
  }

  async function insist<T>(command: (client: Client) => Promise<T>, withinMs = commandMs): Promise<T> {
    try {
      const answer = await inTime(send(command), withinMs);
      noteAnswer();
      return answer;
    } catch (error) {
      if (isErrorReply(error)) throw new RedisUnavailableError('refused');
      if (!(error instanceof RedisUnavailableError)) throw new RedisUnavailableError('disconnected');
      // Where there is no connection the next try costs no time, and may find one.
      if (error.kind === 'late') noteLate();
      if (error.kind === 'unreadable') noteUnreadable(error);
      throw error;
    }
  }

  return {
    async run(command) {
      if (clock.nowMs() < restsUntilMs) throw new RedisUnavailableError('resting');
      return insist(command);
    },
    insist,
    subscribe: (channel, listener) => subscriptions.add(channel, listener),
    async opened(withinMs) {
      const { promise: late, resolve } = Promise.withResolvers<void>();
      const cancelTimer = clock.after(withinMs, resolve);
      await Promise.race([client.status === 'ready' ? undefined : opening, late]).catch(() => undefined);
      cancelTimer();
    },
    close() {
      client.disconnect();
      subscriptions.close();
    },
  };
}

/** The system's code, or the first word of what Redis says (`WRONGPASS`): the rest may hold anything. */
function reasonOf(error: Error): string {
  if (error instanceof UnreadableReplyError) return error.message;
  if ('code' in error && typeof error.code === 'string') return error.code;
  return /^[A-Z]+\b/.exec(error.message)?.[0] ?? error.name;
}
