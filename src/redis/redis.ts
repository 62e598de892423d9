import type { Redis as Client } from 'ioredis';
import type { Logger } from 'pino';
import type { Clock } from '../async/clock.ts';
import { createSharedLookup } from '../async/shared-lookup.ts';
import { createAvailabilityLog, reasonOf } from './availability-log.ts';
import { awaitReady, connect } from './connection.ts';
import { redisFailures, RedisUnavailableError, type RedisFailure } from './redis-unavailable-error.ts';
import { isErrorReply } from './replies.ts';
import { createSubscriptions } from './subscriptions.ts';
import { withTimeLimit } from './time-limit.ts';

/** The time limit of one command. */
const commandMs = 50;
/** How long `run` fails at once after a command that timed out. */
const pauseMs = 1000;
/** A connection whose answers have all been late for that long is replaced. */
const maxLateMs = 5000;

/**
 * Redis as the gateway uses it, best effort: any command may fail, and each has a time limit. After a command that
 * timed out, the next ones fail at once for a second.
 */
export interface Redis {
  /**
   * Runs `command` within 50 ms, including the wait for a connection that is being made.
   *
   * @throws {RedisUnavailableError} when the answer is late, missing, an error or unreadable.
   */
  run<T>(command: (client: Client) => Promise<T>): Promise<T>;
  /**
   * Like {@link run}, but tries during that second as well, and within `withinMs` (default: 50). For changes that the
   * other replicas must see, and for work in the background.
   */
  insist<T>(command: (client: Client) => Promise<T>, withinMs?: number): Promise<T>;
  /** Commands that ended since the start, by `ok` or why they failed. */
  readonly ended: ReadonlyMap<'ok' | RedisFailure, number>;
  /** Whether it answers a PING, which is counted like any other command. */
  isUp(): Promise<boolean>;
  /** Calls `listener` for each message on `channel`. Messages published while there is no connection are lost. */
  subscribe(channel: string, listener: (message: string) => void): void;
  /** Resolves when the connection is ready, when it fails, or after `withinMs`; never rejects. For the start. */
  opened(withinMs: number): Promise<void>;
  close(): void;
}

interface RedisDependencies {
  readonly log: Logger;
  readonly clock: Clock;
}

/** Connects in the background, and reconnects until it is closed. */
export function createRedis(url: URL, { log, clock }: RedisDependencies): Redis {
  // One at a time, however long it takes: Redis can wait, and other names must not wait for its name.
  const lookup = createSharedLookup(Infinity, clock);
  const client = connect(url, clock, lookup);
  const subscriptions = createSubscriptions(() => connect(url, clock, lookup), log);
  const availability = createAvailabilityLog(log);
  const ended = new Map<'ok' | RedisFailure, number>(
    ['ok' as const, ...redisFailures].map((kind) => [kind, 0]),
  );
  let pausedUntilMs = -Infinity;
  /** Since when every command has been late. */
  let lateSinceMs: number | undefined;
  let opening = awaitReady(client);
  client.on('error', (error) => availability.noteFailure(reasonOf(error)));
  client.on('close', () => {
    opening = awaitReady(client);
    lateSinceMs = undefined;
  });

  function count(outcome: 'ok' | RedisFailure): void {
    ended.set(outcome, (ended.get(outcome) ?? 0) + 1);
  }

  function failed(kind: RedisFailure): RedisUnavailableError {
    count(kind);
    return new RedisUnavailableError(kind);
  }

  function noteAnswer(): void {
    lateSinceMs = undefined;
    availability.noteAnswer();
  }

  function noteLate(): void {
    pausedUntilMs = clock.nowMs() + pauseMs;
    availability.noteFailure('no answer in time');
    lateSinceMs ??= clock.nowMs();
    // This also fails the commands that still wait for an answer.
    if (clock.nowMs() - lateSinceMs >= maxLateMs) client.disconnect(true);
  }

  /** The peer is not Redis, or replies are out of step with the commands: only a new connection can help. */
  function noteUnreadable({ message }: RedisUnavailableError): void {
    availability.noteFailure(message);
    client.disconnect(true);
  }

  async function send<T>(command: (client: Client) => Promise<T>): Promise<T> {
    if (client.status === 'connecting' || client.status === 'connect') await opening;
    return command(client);
  }

  async function insist<T>(command: (client: Client) => Promise<T>, withinMs = commandMs): Promise<T> {
    try {
      const answer = await withTimeLimit(send(command), withinMs, clock);
      noteAnswer();
      count('ok');
      return answer;
    } catch (error) {
      if (isErrorReply(error)) throw failed('refused');
      if (!(error instanceof RedisUnavailableError)) throw failed('disconnected');
      count(error.kind);
      // No pause after a lost connection: without one the next command fails at once.
      if (error.kind === 'late') noteLate();
      if (error.kind === 'unreadable') noteUnreadable(error);
      throw error;
    }
  }

  async function run<T>(command: (client: Client) => Promise<T>): Promise<T> {
    if (clock.nowMs() < pausedUntilMs) throw failed('resting');
    return insist(command);
  }

  return {
    run,
    insist,
    ended,
    isUp: () =>
      run((client) => client.ping()).then(
        () => true,
        () => false,
      ),
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
