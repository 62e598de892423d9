import type { Redis as Client } from 'ioredis';
import { RedisUnavailableError } from '../../src/redis/redis-unavailable-error.ts';
import type { Redis } from '../../src/redis/redis.ts';

/** A client that answers every script with `answer` of the number of keys, the keys and the arguments. */
export function scriptClient(answer: (...sent: readonly unknown[]) => unknown): Client {
  const client = {
    defineCommand: (name: string) =>
      Object.assign(client, { [`${name}Buffer`]: async (...sent: unknown[]) => answer(...sent) }),
  };
  return client as unknown as Client;
}

/** A connected Redis whose client answers every script with `answer`. */
export function scriptRedis(answer: (...sent: readonly unknown[]) => unknown): Redis {
  const client = scriptClient(answer);
  const run: Redis['run'] = (command) => command(client);
  return {
    run,
    insist: run,
    ended: new Map(),
    noteRefused: () => new RedisUnavailableError('refused'),
    answersWrongly: false,
    isUp: async () => true,
    subscribe: () => undefined,
    onConnection: () => undefined,
    opened: async () => undefined,
    close: () => undefined,
  };
}
