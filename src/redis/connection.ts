import type { LookupFunction } from 'node:net';
import { Redis as Client } from 'ioredis';
import type { Clock } from '../async/clock.ts';
import { askNode } from './ask-node.ts';
import { createConnector } from './connector.ts';
import { createFinder } from './find-primary.ts';
import { guardReplies } from './guard-replies.ts';
import { redisAddress, topologyOf } from './redis-address.ts';

/** For all addresses of the name, each of which may take a second (`process/connect-attempts.ts`), and the TLS handshake. */
const connectMs = 3000;
/** How long a connection may take to close before it is destroyed. */
const disconnectMs = 100;
/** Idle time before the system's first TCP keep-alive probe. */
const keepAliveMs = 5000;
/** How often Redis is asked whether it has loaded its data. */
const loadingMs = 500;
const longestReconnectMs = 2000;
/** A connection that was ready for that long resets the backoff. */
const stableMs = 5000;

/** Certificates and keys in PEM form. Without `ca`, those that Node trusts. */
export interface RedisTls {
  readonly ca?: string | undefined;
  /** The client's own certificate, and the key of it. */
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

/** Where Redis is, and how its servers are found: see `Config.redisUrl`. */
export interface RedisTarget {
  readonly url: URL;
  readonly tls?: RedisTls | undefined;
  /** A name in the one slot of a Cluster that holds all names of this application. */
  readonly slotKey: string;
}

/**
 * Connects without waiting, and reconnects with a backoff (100 ms to 2 s) until it is closed. Sentinels or the nodes of a
 * Cluster are asked for each connection where the primary is now.
 */
export function connect({ url, tls, slotKey }: RedisTarget, clock: Clock, lookup: LookupFunction): Client {
  /** Connections in a row that failed or did not last. Counted here, because the client's count restarts when one is ready. */
  let failures = 0;
  let readyAtMs = Infinity;

  function reconnectMs(): number {
    if (clock.nowMs() - readyAtMs >= stableMs) failures = 0;
    readyAtMs = Infinity;
    failures += 1;
    return Math.min(50 * 2 ** failures, longestReconnectMs);
  }

  const address = redisAddress(url);
  if (address.tls) Object.assign(address.tls, tls);
  const find = createFinder(topologyOf(url), slotKey, (node, command) =>
    askNode(node, address, { lookup, disconnectMs, clock }, command),
  );
  const client = new Client({
    ...address,
    Connector: createConnector(address, { lookup, disconnectMs, find }),
    // A command that cannot be sent now fails now: no request waits for a connection.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    // `subscriptions.ts` subscribes again.
    autoResubscribe: false,
    disableClientInfo: true,
    maxLoadingRetryTime: loadingMs,
    connectTimeout: connectMs,
    keepAlive: keepAliveMs,
    retryStrategy: reconnectMs,
  });
  guardReplies(client);
  client.on('ready', () => {
    readyAtMs = clock.nowMs();
  });
  return client;
}

/** Resolves when `client` is ready; rejects when the current attempt to connect fails. */
export function awaitReady(client: Client): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const isReady = (): void => {
    client.off('close', isClosed);
    resolve();
  };
  const isClosed = (): void => {
    client.off('ready', isReady);
    reject(new Error('Could not connect to Redis'));
  };
  client.once('ready', isReady);
  client.once('close', isClosed);
  promise.catch(() => undefined);
  return promise;
}
