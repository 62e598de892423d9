import type { Redis as Client } from 'ioredis';
import { RedisUnavailableError } from './redis-unavailable-error.ts';
import type { Redis } from './redis.ts';
import { getLua } from './held-lua.ts';
import { arrayReply } from './replies.ts';
import { createScript, type Script } from './script.ts';
import { nowByRedis } from './time.ts';

type Argument = string | number | Buffer;

/**
 * Takes part in the next round trip, and resolves with what the operation returns there.
 *
 * @throws {RedisUnavailableError} when the trip fails, or this operation alone.
 */
export type Operation = (
  keys: readonly string[],
  args: readonly Argument[],
  /**
   * `insists`: sent even while other commands rest after a late one; `withinMs` (50) is then the time limit of the
   * trip, if no other operation has a shorter one.
   */
  options?: { readonly insists?: boolean; readonly withinMs?: number },
) => Promise<unknown>;

/** Sends the operations of one turn of the event loop as one script: one round trip, whatever takes part. */
export interface Trip {
  /**
   * Defines an operation: `lua` is the body of a function of `keys` and `args`, which are text. It may read `now`, Redis's
   * clock in milliseconds, call `get` (`held-lua.ts`), and leave notes for the operations after it in the table `notes`. It must return a value.
   */
  define(name: string, lua: string): Operation;
}

interface Passenger {
  readonly name: string;
  readonly keys: readonly string[];
  readonly args: readonly Argument[];
  readonly insists: boolean;
  readonly withinMs: number | undefined;
  readonly answer: PromiseWithResolvers<unknown>;
}

/** More go in several trips: a reply may have 1,000 elements (`reply-limits.ts`). */
const maxPassengers = 100;

/** `notes.bytes` is for operations that return long texts: together they must not exceed a reply's limit. */
const beforeOperations = `${nowByRedis}${getLua}
local notes = { bytes = 0 }
local operations = {}
`;

/** An operation that fails fails alone: its error is its reply. */
const runOperations = `
local replies = {}
local key, arg = 0, 1
for place = 1, tonumber(ARGV[1]) do
  local name, keyCount, argCount = ARGV[arg + 1], tonumber(ARGV[arg + 2]), tonumber(ARGV[arg + 3])
  arg = arg + 3
  local keys, args = {}, {}
  for i = 1, keyCount do keys[i] = KEYS[key + i] end
  for i = 1, argCount do args[i] = ARGV[arg + i] end
  key, arg = key + keyCount, arg + argCount
  local isDone, reply = pcall(operations[name], keys, args)
  if not isDone then reply = redis.error_reply(type(reply) == 'table' and reply.err or tostring(reply)) end
  replies[place] = reply
end
return replies
`;

export function createTrip(redis: Redis): Trip {
  const definitions = new Map<string, string>();
  let script: Script | undefined;
  let waiting: Passenger[] = [];

  function defined(): Script {
    const operations = Array.from(
      definitions,
      ([name, lua]) => `operations['${name}'] = function(keys, args)\n${lua}\nend\n`,
    );
    // The name says how many there are: with a further one it is another script.
    const name = `trip${definitions.size}`;
    return (script ??= createScript(name, [beforeOperations, ...operations, runOperations].join('')));
  }

  async function send(passengers: readonly Passenger[]): Promise<void> {
    const keys = passengers.flatMap((one) => one.keys);
    const args = passengers.flatMap((one) => [one.name, one.keys.length, one.args.length, ...one.args]);
    const insisting = passengers.filter((one) => one.insists);
    const allInsist = insisting.length === passengers.length;
    const trip = defined();
    const command = async (client: Client): Promise<readonly unknown[]> =>
      repliesTo(passengers, await trip(client, keys, passengers.length, ...args));
    try {
      const replies = await (allInsist ? redis.insist(command, timeOf(passengers)) : redis.run(command));
      passengers.forEach(({ answer }, at) => {
        const reply = replies[at];
        if (reply instanceof Error) answer.reject(redis.noteRefused(reply));
        else answer.resolve(reply);
      });
    } catch (error) {
      const again = !allInsist && wasNotSent(error) ? insisting : [];
      for (const one of passengers) if (!again.includes(one)) one.answer.reject(error);
      if (again.length > 0) void send(again);
    }
  }

  function depart(): void {
    const passengers = waiting;
    waiting = [];
    for (let at = 0; at < passengers.length; at += maxPassengers) {
      void send(passengers.slice(at, at + maxPassengers));
    }
  }

  return {
    define(name, lua) {
      definitions.set(name, lua);
      script = undefined;
      return (keys, args, { insists = false, withinMs } = {}) => {
        const answer = Promise.withResolvers<unknown>();
        waiting.push({ name, keys, args, insists, withinMs, answer });
        if (waiting.length === 1) setImmediate(depart);
        return answer.promise;
      };
    },
  };
}

/** While commands rest, and perhaps where Redis refuses them: then nothing was done. */
const wasNotSent = (error: unknown): boolean =>
  error instanceof RedisUnavailableError && (error.kind === 'resting' || error.kind === 'refused');

/** Undefined: that of any command. */
function timeOf(passengers: readonly Passenger[]): number | undefined {
  const given = passengers.map(({ withinMs }) => withinMs).filter((time) => time !== undefined);
  return given.length > 0 ? Math.min(...given) : undefined;
}

function repliesTo(passengers: readonly Passenger[], reply: unknown): readonly unknown[] {
  const replies = arrayReply(reply);
  if (replies.length !== passengers.length) throw new RedisUnavailableError('unreadable');
  return replies;
}
