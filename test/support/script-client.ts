import type { Redis as Client } from 'ioredis';

/** A client that answers every script with what `answer` makes of the number of keys, the keys and the arguments. */
export function scriptClient(answer: (...sent: readonly unknown[]) => unknown): Client {
  const client = {
    defineCommand: (name: string) =>
      Object.assign(client, { [`${name}Buffer`]: async (...sent: unknown[]) => answer(...sent) }),
  };
  return client as unknown as Client;
}
