import { Redis as Client } from 'ioredis';
import { redisAddress } from './redis-address.ts';

const connectMs = 1000;
/** How long a connection that is given up has for its own farewell. */
const disconnectMs = 100;
/** How soon the system asks a connection that says nothing whether it still lives. */
const keepAliveMs = 5000;
const longestReconnectMs = 2000;

/** A connection that nothing waits for, and that is made anew for as long as the process lives. */
export const connect = (url: URL): Client =>
  new Client({
    ...redisAddress(url),
    // Nobody waits for a connection: what cannot be sent now fails now.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    // Made anew by whoever subscribed.
    autoResubscribe: false,
    disableClientInfo: true,
    connectTimeout: connectMs,
    disconnectTimeout: disconnectMs,
    keepAlive: keepAliveMs,
    retryStrategy: (times) => Math.min(50 * 2 ** times, longestReconnectMs),
  });

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
