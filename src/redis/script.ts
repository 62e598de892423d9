import type { Redis as Client } from 'ioredis';

/** Runs one Lua script. In its reply integers are numbers and texts are buffers: `replies.ts` checks them. */
export type Script = (
  client: Client,
  keys: readonly string[],
  ...args: readonly (string | number | Buffer)[]
) => Promise<unknown>;

type Command = (keyCount: number, ...keysAndArgs: readonly (string | number | Buffer)[]) => Promise<unknown>;

/**
 * Defines `lua` as the command `name`. A connection sends it whole the first time and by its hash from then on; ioredis
 * sends it whole again where Redis has lost it, as after a restart (`NOSCRIPT`).
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
