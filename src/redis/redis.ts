import type { Redis as Client } from 'ioredis';
import type { Logger } from 'pino';
import type { Clock } from '../async/clock.ts';
import { createAvailabilityLog, reasonOf } from './availability-log.ts';
import { awaitReady, connect, type RedisTls } from './connection.ts';
import { createOneLookup } from './one-lookup.ts';
import { topologyOf } from './redis-address.ts';
import { redisFailures, RedisUnavailableError, type RedisFailure } from './redis-unavailable-error.ts';
import { refusalOf, type Refusal } from './refusal.ts';
import { createRefusals } from './refusals.ts';
import { isErrorReply } from './replies.ts';
import { createSubscriptions } from './subscriptions.ts';
import { commandMs, withTimeLimit } from './time-limit.ts';

/** How long `run` fails at once after a command that timed out, unless its answer arrives meanwhile. */
const pauseMs = 1000;
/** A connection whose answers have all been late for that long is replaced. */
const maxLateMs = 5000;
const remedyOfClosed =
  'the server ends connections at once: raise maxclients of Redis if it is reached, or correct REDIS_URL if it is no Redis';
/** How long no answer must have been late before Redis counts as available again: not all are late. */
const steadyMs = 1000;

/**
 * Redis as the gateway uses it, best effort: any command may fail, and each has a time limit. After a command that
 * timed out, and while Redis refuses them, the next ones fail at once for a second.
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
  /** Notes an error reply to a part of a command, and returns the error to report for it. */
  noteRefused(error: Error): RedisUnavailableError;
  /** Whether the latest failure was an error reply, to a command or while connecting: something answers, but wrongly. */
  readonly answersWrongly: boolean;
  /** Whether it answers a PING, which is counted like any other command, and refuses neither commands nor subscriptions. */
  isUp(): Promise<boolean>;
  /** Calls `listener` for each message on `channel`. Messages published while there is no connection are lost. */
  subscribe(channel: string, listener: (message: string) => void): void;
  /** Calls `listener` when the connection for commands is ready (true), and when it or an attempt to connect ends (false). */
  onConnection(listener: (isConnected: boolean) => void): void;
  /** Resolves when the connection is ready, when it fails, or after `withinMs`; never rejects. For the start. */
  opened(withinMs: number): Promise<void>;
  close(): void;
}

interface RedisDependencies {
  readonly log: Logger;
  readonly clock: Clock;
  readonly tls?: RedisTls | undefined;
  /** Where `url` is a Cluster's: see `RedisTarget`. */
  readonly slotKey?: string;
}

/** Connects in the background to what `Config.redisUrl` names, and reconnects until it is closed. */
export function createRedis(url: URL, { log, clock, tls, slotKey = '' }: RedisDependencies): Redis {
  const lookup = createOneLookup();
  const target = { url, tls, slotKey };
  const { kind: topology } = topologyOf(url);
  const client = connect(target, clock, lookup);
  const subscriptions = createSubscriptions(() => connect(target, clock, lookup), log);
  const availability = createAvailabilityLog(log);
  const refusals = createRefusals(clock);
  let answersWrongly = false;
  /** At the present connection, before it was ready. */
  let hasRefused = false;
  let isLoading = false;
  const ended = new Map<'ok' | RedisFailure, number>(
    ['ok' as const, ...redisFailures].map((kind) => [kind, 0]),
  );
  let pausedUntilMs = -Infinity;
  let latestLateMs = -Infinity;
  /** Since when every command has been late. */
  let lateSinceMs: number | undefined;
  /** Whether the present connection was of use. */
  let hasSent = false;
  let hasAnswer = false;
  /** Connections in a row that ended before an answer. */
  let useless = 0;
  let opening = awaitReady(client);
  client.on('error', noteConnectionError);
  client.on('connecting', () => {
    hasRefused = false;
  });
  client.on('connect', () => void noteWhetherLoading());
  client.on('ready', () => {
    isLoading = false;
    refusals.noteConnection();
  });
  client.on('close', () => {
    noteEnd();
    opening = awaitReady(client);
    lateSinceMs = undefined;
    isLoading = false;
  });

  function count(outcome: 'ok' | RedisFailure): void {
    ended.set(outcome, (ended.get(outcome) ?? 0) + 1);
  }

  function failed(kind: RedisFailure): RedisUnavailableError {
    count(kind);
    return new RedisUnavailableError(kind);
  }

  /** Either may be at another server by now. */
  function reconnect(): void {
    client.disconnect(true);
    subscriptions.reconnect();
  }

  function noteAnswer(): void {
    hasAnswer = true;
    useless = 0;
    lateSinceMs = undefined;
    refusals.noteAnswer();
    if (!refusals.isRefusing && clock.nowMs() - latestLateMs >= steadyMs) availability.noteAnswer();
  }

  /** A connection may end without an error: a proxy without a Redis, for example. A single end may be a restart. */
  function noteEnd(): void {
    if (hasSent && !hasAnswer) useless += 1;
    if (useless > 1) availability.noteFailure('connection closed');
    hasSent = false;
    hasAnswer = false;
  }

  function noteRefusal({ reason, remedy, leadsElsewhere }: Refusal): void {
    answersWrongly = true;
    availability.noteFailure(reason, remedy);
    if (refusals.note(leadsElsewhere) && client.status === 'ready') reconnect();
  }

  function noteConnectionError(error: Error): void {
    const refusal = refusalOf(error, topology);
    hasRefused ||= refusal !== undefined;
    // A server that refuses a connection also closes it.
    answersWrongly = hasRefused;
    if (refusal) noteRefusal(refusal);
    else availability.noteFailure(reasonOf(error), closedAtOnce(error) ? remedyOfClosed : undefined);
  }

  /** What the server said may be lost with the connection. */
  const closedAtOnce = (error: Error): boolean =>
    client.status === 'connect' && ['EPIPE', 'ECONNRESET'].includes(reasonOf(error));

  /** The client waits until Redis has loaded its data, and tells nobody. */
  async function noteWhetherLoading(): Promise<void> {
    try {
      const info: unknown = await client.info('persistence');
      if (typeof info !== 'string' || !/^loading:1/m.test(info) || client.status !== 'connect') return;
      isLoading = true;
      noteRefusal({ reason: 'LOADING', remedy: undefined, leadsElsewhere: false });
    } catch (error) {
      // What the client makes of the end of the connection may hide why it ended.
      if (isErrorReply(error)) noteConnectionError(error as Error);
    }
  }

  function noteRefused(error: Error): RedisUnavailableError {
    const refusal = refusalOf(error, topology);
    if (refusal) noteRefusal(refusal);
    return new RedisUnavailableError('refused');
  }

  function noteLate(): void {
    answersWrongly = false;
    latestLateMs = clock.nowMs();
    pausedUntilMs = latestLateMs + pauseMs;
    availability.noteFailure('no answer in time');
    lateSinceMs ??= clock.nowMs();
    // This also fails the commands that still wait for an answer.
    if (clock.nowMs() - lateSinceMs >= maxLateMs) reconnect();
  }

  /** It was slow, or this process was: the next commands need not rest. */
  function noteAnsweredLate(): void {
    pausedUntilMs = -Infinity;
    noteAnswer();
  }

  /** The peer is not Redis, or replies are out of step with the commands: only a new connection can help. */
  function noteUnreadable({ message }: RedisUnavailableError): void {
    answersWrongly = false;
    availability.noteFailure(message);
    client.disconnect(true);
  }

  async function send<T>(command: (client: Client) => Promise<T>): Promise<T> {
    if (client.status === 'connecting' || client.status === 'connect') await opening;
    hasSent ||= client.status === 'ready';
    return command(client);
  }

  async function attempt<T>(
    command: (client: Client) => Promise<T>,
    withinMs: number,
    onAnswer: () => void,
  ): Promise<T> {
    const sent = send(command);
    try {
      const answer = await withTimeLimit(sent, withinMs, clock);
      onAnswer();
      count('ok');
      return answer;
    } catch (error) {
      if (isErrorReply(error)) {
        count('refused');
        throw noteRefused(error as Error);
      }
      if (!(error instanceof RedisUnavailableError)) throw failed('disconnected');
      count(error.kind);
      // No pause after a lost connection: without one the next command fails at once.
      if (error.kind === 'late') {
        noteLate();
        sent.then(noteAnsweredLate, () => undefined);
      }
      if (error.kind === 'unreadable') noteUnreadable(error);
      throw error;
    }
  }

  const insist: Redis['insist'] = (command, withinMs = commandMs) => attempt(command, withinMs, noteAnswer);

  function throwWhilePaused(): void {
    if (clock.nowMs() < pausedUntilMs) throw failed('resting');
    if (refusals.isPaused || isLoading) {
      count('resting');
      throw new RedisUnavailableError('refused');
    }
  }

  async function run<T>(command: (client: Client) => Promise<T>): Promise<T> {
    throwWhilePaused();
    return insist(command);
  }

  /** A PING says nothing of commands that are refused. */
  async function ping(): Promise<void> {
    throwWhilePaused();
    await attempt((to) => to.ping(), commandMs, refusals.isRefusing ? () => undefined : noteAnswer);
  }

  return {
    run,
    insist,
    ended,
    noteRefused,
    get answersWrongly() {
      return answersWrongly;
    },
    isUp: () =>
      ping().then(
        () => !refusals.isRefusing && !subscriptions.isRefused,
        () => false,
      ),
    subscribe: (channel, listener) => subscriptions.add(channel, listener),
    onConnection(listener) {
      client.on('ready', () => listener(true));
      client.on('close', () => listener(false));
    },
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
