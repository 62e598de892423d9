import type { Redis as Client } from 'ioredis';
import { getLua } from '../../redis/held-lua.ts';
import { integerReply } from '../../redis/replies.ts';
import { createScript } from '../../redis/script.ts';
import type { Batch } from './month-store.ts';

/** A value that is not a count is as good as none. */
const countUnder = `${getLua}local function countUnder(name)
  local held = get(name)
  return type(held) == 'string' and #held <= 15 and string.match(held, '^%d+$') and tonumber(held)
end
`;

/**
 * Adds a batch to a count once, however often it is sent: a sender without an answer may send it again. A value under
 * the count's name that is not a count is replaced. Where Redis has lost what it counted, counting begins now (KEYS[3]).
 */
const countScript = createScript(
  'addOnce',
  `${countUnder}
local count = countUnder(KEYS[1]) or 0
local since = countUnder(KEYS[3])
if not since or count < tonumber(ARGV[5]) then since = ARGV[6] end
redis.call('set', KEYS[3], string.format('%d', since), 'PX', ARGV[3])
if (countUnder(KEYS[2]) or 0) < tonumber(ARGV[2]) then
  count = count + ARGV[1]
  redis.call('set', KEYS[1], string.format('%d', count), 'PX', ARGV[3])
  redis.call('set', KEYS[2], ARGV[2], 'PX', ARGV[4])
end
return count`,
);

const sinceScript = createScript(
  'countingSince',
  `${countUnder}
local since = countUnder(KEYS[1]) or tonumber(ARGV[1])
redis.call('set', KEYS[1], string.format('%d', since), 'PX', ARGV[2])
return since`,
);

interface Names {
  readonly count: string;
  /** One for each sender of this count. */
  readonly batch: string;
  /** Of the time since which Redis has lost no count. */
  readonly since: string;
}

interface Times {
  readonly keepMs: number;
  /** How long the same batch may be sent again. */
  readonly rememberMs: number;
  readonly wallMs: number;
}

/** Adds a batch and returns the count with it. */
export async function addOnce(
  client: Client,
  names: Names,
  { amount, number, known }: Omit<Batch, 'corp'>,
  { keepMs, rememberMs, wallMs }: Times,
): Promise<number> {
  const keys = [names.count, names.batch, names.since];
  const reply = await countScript(client, keys, amount, number, keepMs, rememberMs, known, wallMs);
  return integerReply(reply, 0, Number.MAX_SAFE_INTEGER);
}

/** Since when Redis has lost no count, by the wall clock of the process that first counted there: `wallMs` if it is this one. */
export async function countingSince(
  client: Client,
  name: string,
  wallMs: number,
  keepMs: number,
): Promise<number> {
  return integerReply(await sinceScript(client, [name], wallMs, keepMs), 0, Number.MAX_SAFE_INTEGER);
}
