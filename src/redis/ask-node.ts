import type { LookupFunction } from 'node:net';
import { Redis as Client, type RedisOptions } from 'ioredis';
import type { Clock } from '../async/clock.ts';
import { createConnector } from './connector.ts';
import { guardReplies } from './guard-replies.ts';
import { RedisUnavailableError } from './redis-unavailable-error.ts';
import type { Node } from './redis-address.ts';

/** For one of several nodes that are asked at the same time: the connection, and then its answer. */
const askMs = 1000;

interface Surroundings {
  readonly lookup: LookupFunction;
  readonly disconnectMs: number;
  readonly clock: Clock;
}

/** What all connections to one Redis have in common. */
export type Access = Pick<RedisOptions, 'username' | 'password' | 'tls'>;

/**
 * Asks one node one question over a connection of its own, and returns its reply.
 *
 * @throws its error reply, or why there is no reply.
 */
export async function askNode(
  node: Node,
  { username, password, tls }: Access,
  { lookup, disconnectMs, clock }: Surroundings,
  [command, ...args]: readonly [string, ...string[]],
): Promise<unknown> {
  const client = new Client({
    ...(tls && { tls }),
    Connector: createConnector({ ...node, ...(tls && { tls }) }, { lookup, disconnectMs }),
    enableReadyCheck: false,
    disableClientInfo: true,
    connectTimeout: askMs,
    retryStrategy: null,
  });
  guardReplies(client);
  const { promise: broken, reject } = Promise.withResolvers<never>();
  client.on('error', reject);
  const cancelTimer = clock.after(2 * askMs, () => reject(new RedisUnavailableError('late')));
  try {
    // Not left to the client: it writes to the console where a Sentinel has no password. Then its answer counts.
    if (password !== undefined) {
      const user = username === undefined ? [] : [username];
      client.call('AUTH', ...user, password).catch(() => undefined);
    }
    return await Promise.race([client.call(command, ...args), broken]);
  } finally {
    cancelTimer();
    client.disconnect();
  }
}
