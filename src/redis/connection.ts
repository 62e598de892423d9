import { Redis as Client } from 'ioredis';
import type { Clock } from '../async/clock.ts';
import { guardReplies } from './guard-replies.ts';
import { redisAddress } from './redis-address.ts';

const connectMs = 1000;
/** How long a connection that is given up has for its own farewell. */
const disconnectMs = 100;
/** How soon the system asks a connection that says nothing whether it still lives. */
const keepAliveMs = 5000;
const longestReconnectMs = 2000;
/** A connection that was of use for that long is made again soon, however many failed before it. */
const lastingMs = 5000;

/** A connection that nothing waits for, and that is made again, with a backoff, for as long as the process lives. */
export function connect(url: URL, clock: Clock): Client {
  /** Connections in a row that were not made, or did not last: the client itself forgets them with every connection. */
  let failures = 0;
  let readyAtMs = Infinity;

  function reconnectMs(): number {
    if (clock.nowMs() - readyAtMs >= lastingMs) failures = 0;
    readyAtMs = Infinity;
    failures += 1;
    return Math.min(50 * 2 ** failures, longestReconnectMs);
  }

  const client = new Client({
    ...redisAddress(url),
    // Nobody waits for a connection: what cannot be sent now fails now.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    // Subscribed again by the subscriptions themselves.
    autoResubscribe: false,
    disableClientInfo: true,
    connectTimeout: connectMs,
    disconnectTimeout: disconnectMs,
    keepAlive: keepAliveMs,
    retryStrategy: reconnectMs,
  });
  guardReplies(client);
  client.on('ready', () => {
    readyAtMs = clock.nowMs();
  });
  return client;
}

/** Resolves once `client` can be used; rejects when the connection that it makes right now does not come about. */
export function awaitReady(client: Client): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const isReady = (): void => {
    client.off('close', isClosed);
    resolve();
  };
  const isClosed = (): void => {
    client.off('ready', isReady);
    reject(new Error('The connection to Redis was not made'));
  };
  client.once('ready', isReady);
  client.once('close', isClosed);
  promise.catch(() => undefined);
  return promise;
}
