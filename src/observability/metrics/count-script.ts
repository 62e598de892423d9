import type { Redis as Client } from 'ioredis';
import { integerReply } from '../../redis/replies.ts';
import { createScript } from '../../redis/script.ts';

/**
 * Adds a batch to a count once, however often it is sent: a sender without an answer may send it again. A value under
 * the count's name that is not a count is replaced.
 */
const countScript = createScript(
  'addOnce',
  `
local function countUnder(name)
  local held = redis.pcall('get', name)
  return type(held) == 'string' and #held <= 15 and string.match(held, '^%d+$') and tonumber(held) or 0
end
local count = countUnder(KEYS[1])
if countUnder(KEYS[2]) < tonumber(ARGV[2]) then
  count = count + ARGV[1]
  redis.call('set', KEYS[1], string.format('%d', count), 'PX', ARGV[3])
  redis.call('set', KEYS[2], ARGV[2], 'PX', ARGV[4])
end
return count`,
);

interface Batch {
  readonly countName: string;
  /** One for each sender of this count. */
  readonly batchName: string;
  readonly amount: number;
  /** Rises with every batch of the sender. */
  readonly number: number;
  readonly keepMs: number;
  /** How long the same batch may be sent again. */
  readonly rememberMs: number;
}

/** Adds a batch and returns the count with it. */
export async function addOnce(client: Client, batch: Batch): Promise<number> {
  const { countName, batchName, amount, number, keepMs, rememberMs } = batch;
  const reply = await countScript(client, [countName, batchName], amount, number, keepMs, rememberMs);
  return integerReply(reply, 0, Number.MAX_SAFE_INTEGER);
}
