import type { Redis as Client } from 'ioredis';

/** Runs one Lua script. Integers in the reply are numbers, strings are buffers; `replies.ts` checks them. */
export type Script = (
  client: Client,
  keys: readonly string[],
  ...args: readonly (string | number | Buffer)[]
) => Promise<unknown>;

type Command = (keyCount: number, ...keysAndArgs: readonly (string | number | Buffer)[]) => Promise<unknown>;

/**
 * Defines `lua` as the command `name`. A connection sends the source once and then only its hash; ioredis sends the
 * source again when Redis has lost it (`NOSCRIPT`), for example after a restart.
 */
export function createScript(name: string, lua: string): Script {
  const definedOn = new WeakSet<Client>();
  return async (client, keys, ...args) => {
    if (!definedOn.has(client)) client.defineCommand(name, { lua });
    definedOn.add(client);
    const commands = client as unknown as Record<`${string}Buffer`, Command>;
    return commands[`${name}Buffer`]?.(keys.length, ...keys, ...args);
  };
}
