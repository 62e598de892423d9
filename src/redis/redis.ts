import { Redis as Client } from 'ioredis';
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import { createResting } from './resting.ts';

/** The longest that anybody waits for one command. */
const commandMs = 50;
/** How long Redis is left alone after it could not be reached or was too slow. */
const restMs = 1000;
const connectMs = 1000;
/** A connection that owes an answer for that long is given up, and another one is made. */
const silenceMs = 5000;
const longestReconnectMs = 2000;
/** A connection that is gone already would keep the process alive for that long after it was closed. */
const disconnectMs = 100;

/**
 * Redis as the gateway uses it: a help that may fail at any moment, and nothing to wait for. Commands fail at once while
 * there is no connection, and for a second after one that found no answer in time.
 */
export interface Redis {
  /**
   * Runs `command`, for 50 ms at most.
   *
   * @throws {RedisUnavailableError} without its answer in time, or with an error in place of one.
   */
  run<T>(command: (client: Client) => Promise<T>): Promise<T>;
  /** Hears what is published on `channel`, as long as there is a connection: what is said in between is lost. */
  subscribe(channel: string, listener: (message: string) => void): void;
  close(): void;
}

/** Why Redis could not help. Made from nothing of the command: its arguments may be anybody's. */
export class RedisUnavailableError extends Error {
  override readonly name = 'RedisUnavailableError';
}

interface RedisDependencies {
  readonly log: Logger;
  readonly clock: Clock;
}

/** Connects in the background: nothing waits for it, and it goes on trying for as long as the process lives. */
export function createRedis(url: URL, { log, clock }: RedisDependencies): Redis {
  const client = connect(url);
  let subscriber: Client | undefined;
  let connected = true;
  const resting = createResting(clock, restMs);
  client.on('error', () => {
    if (connected) log.warn('Redis cannot be reached: everything goes on in the memory of this process');
    connected = false;
  });
  client.on('ready', () => {
    if (!connected) log.info('Redis is there again');
    connected = true;
  });

  async function inTime<T>(work: Promise<T>): Promise<T> {
    const { promise: late, reject } = Promise.withResolvers<never>();
    // An answer that came while this process was busy with something else is looked at first.
    const cancelTimer = clock.after(commandMs, () =>
      setImmediate(() => reject(new RedisUnavailableError('no answer in time'))),
    );
    try {
      return await Promise.race([work, late]);
    } finally {
      cancelTimer();
    }
  }

  return {
    async run(command) {
      if (resting.isResting()) throw new RedisUnavailableError('left alone after a failure');
      // That costs nobody any time: no need to leave it alone once it is there.
      if (client.status !== 'ready') throw new RedisUnavailableError('no connection');
      try {
        return await inTime(command(client));
      } catch (error) {
        if (isReply(error)) throw new RedisUnavailableError('answered with an error');
        resting.rest();
        throw error instanceof RedisUnavailableError ? error : new RedisUnavailableError('no connection');
      }
    },
    subscribe(channel, listener) {
      subscriber ??= connect(url).on('error', () => undefined);
      subscriber.on('message', (from: string, message: string) => {
        if (from === channel) listener(message);
      });
      // Made again by the client itself after every reconnect.
      subscriber.on('ready', () => void subscriber?.subscribe(channel).catch(() => undefined));
    },
    close() {
      client.disconnect();
      subscriber?.disconnect();
    },
  };
}

const connect = (url: URL): Client =>
  new Client(url.href, {
    // Nobody waits for a connection: what cannot be sent now fails now.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    connectTimeout: connectMs,
    socketTimeout: silenceMs,
    disconnectTimeout: disconnectMs,
    retryStrategy: (times) => Math.min(50 * 2 ** times, longestReconnectMs),
  });

/** An error that Redis itself answered with, such as one for a full memory or a value of another type. */
const isReply = (error: unknown): boolean => error instanceof Error && error.name === 'ReplyError';
