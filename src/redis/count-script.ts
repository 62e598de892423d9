import type { Redis as Client } from 'ioredis';

/**
 * Adds to a count once for each number of a batch, however often that batch is sent: whoever got no answer may send
 * it again. What is no number under the count's name is replaced.
 */
const countScript = `
local last = redis.pcall('get', KEYS[2])
if type(last) ~= 'string' or (tonumber(last) or 0) < tonumber(ARGV[2]) then
  local total = redis.pcall('incrby', KEYS[1], ARGV[1])
  if type(total) ~= 'number' then redis.call('set', KEYS[1], ARGV[1]) end
  redis.call('pexpire', KEYS[1], ARGV[3])
  redis.call('set', KEYS[2], ARGV[2], 'PX', ARGV[4])
end
return tonumber(redis.call('get', KEYS[1])) or 0`;

interface Batch {
  readonly countName: string;
  /** Belongs to one sender of this count. */
  readonly batchName: string;
  readonly amount: number;
  /** Rises with every batch of the sender. */
  readonly number: number;
  readonly keepMs: number;
  /** How long the same batch may still be sent again. */
  readonly rememberMs: number;
}

/** The count with the batch in it. */
export async function addOnce(client: Client, batch: Batch): Promise<number> {
  const { countName, batchName, amount, number, keepMs, rememberMs } = batch;
  const args = [countName, batchName, amount, number, keepMs, rememberMs];
  return Number(await client.call('eval', countScript, 2, ...args));
}
