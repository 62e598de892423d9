import { randomUUID } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Clock } from '../async/clock.ts';
import { arrayReply, bufferReply, doneReply, integerReply } from '../redis/replies.ts';
import type { SealedRedis } from '../redis/sealed-redis.ts';
import { timeReply } from '../redis/time.ts';

const readEveryMs = 1000;
/** How long the list holds a refusal: longer than most entries are fresh. */
const keptMs = 300_000;
/** About 4 MB. More than the default `DINGTALK_QPS` can find in that time. */
const maxKept = 10_000;
/** Of one read: a reply is limited. */
const maxRead = 500;
const maxReadBytes = 256 * 1024;
/** A refusal is written again that often, a second apart: by then every replica that Redis answers has read it. */
const timesWritten = 4;
const writtenTogether = 100;
/** Those that came by the channel are not applied again when they are read. */
const maxApplied = 1000;
/** For the rounding of times, and the way to Redis. */
const marginMs = 1000;

/**
 * How replicas learn which entries the others have found refused: at once by a channel, best effort, and from a list in
 * Redis, which each of them reads every second.
 */
export interface RefusalLog {
  /**
   * Lets the other replicas know. Resolves when Redis has answered or failed. Where it failed, this is tried again every
   * second, and what Redis holds under `names` until then is deleted.
   */
  note(key: string, names: readonly string[]): Promise<void>;
  follow(follower: RefusalFollower): void;
  close(): void;
}

export interface RefusalFollower {
  /** Another replica has found `key` refused. Called about once for each time. */
  onRefused(key: string): void;
  /** Refusals may have been missed of what was asked for before `beforeMs` of this process's clock. */
  onMissed(beforeMs: number): void;
}

/**
 * The list is a sorted set. A score is the time of Redis, or one more than the last score: each is later than all before,
 * also in one millisecond and after a clock was set back, so that a reader goes on after the last score that it has read.
 * Scores too far from now are dropped: who has written them lately writes them again.
 */
const listLua = `
local function lastOf(list)
  local kind = redis.call('TYPE', list).ok
  if kind ~= 'zset' and kind ~= 'none' then redis.call('DEL', list) end
  redis.call('ZREMRANGEBYSCORE', list, '-inf', '(' .. now - ${keptMs})
  redis.call('ZREMRANGEBYSCORE', list, '(' .. now + ${keptMs}, '+inf')
  return tonumber(redis.call('ZRANGE', list, -1, -1, 'WITHSCORES')[2] or 0)
end
`;

/**
 * Adds args[1] to the list keys[1], and publishes it on the channel args[2], where that is allowed. If it is written again
 * (args[3]) and Redis did not have it, the entries under the other keys are from before the refusal.
 * Removes first: once a script has written, even a full Redis lets it go on.
 */
const noteLua = `${listLua}
local list, isAgain = keys[1], args[3] == '1'
local last = lastOf(list)
if isAgain and redis.call('ZSCORE', list, args[1]) then return 1 end
if isAgain then
  for i = 2, #keys do redis.call('DEL', keys[i]) end
end
redis.call('ZADD', list, string.format('%.0f', math.max(now, last + 1)), args[1])
redis.call('ZREMRANGEBYRANK', list, 0, ${-maxKept - 1})
redis.call('PEXPIRE', list, ${keptMs})
redis.pcall('PUBLISH', args[2], args[1])
return 1
`;

/**
 * Reads on after the score args[1]; from the start, if the list has no such score: it is another one. Returns for how long
 * the list is complete, the last score that was read, whether there are more, and the texts.
 */
const readLua = `${listLua}
local list, at = keys[1], tonumber(args[1])
local last = lastOf(list)
if last < at then at = 0 end
local completeMs = ${keptMs}
if redis.call('ZCARD', list) >= ${maxKept} then
  local first = tonumber(redis.call('ZRANGE', list, 0, 0, 'WITHSCORES')[2])
  completeMs = math.max(0, math.min(completeMs, now - first))
end
local found = redis.call('ZRANGEBYSCORE', list, '(' .. string.format('%.0f', at), '+inf', 'WITHSCORES', 'LIMIT', 0, ${maxRead})
local texts, bytes = {}, 0
for i = 1, #found, 2 do
  local text = found[i]
  if bytes > 0 and bytes + #text > ${maxReadBytes} then break end
  -- Rounded up, as a reader gets it: scores of others may have fractions.
  at = math.ceil(found[i + 1])
  if #text <= ${maxReadBytes} then
    texts[#texts + 1] = text
    bytes = bytes + #text
  end
end
notes.bytes = notes.bytes + bytes
return { completeMs, at, at < last and 1 or 0, table.concat(texts, '\\n') }
`;

interface Noted {
  readonly key: string;
  readonly names: readonly string[];
  readonly text: string;
  timesWritten: number;
}

export function createRefusalLog({ redis, seal, trip }: SealedRedis, clock: Clock): RefusalLog {
  const self = randomUUID();
  const channel = seal.lastingKeyOf('dropped');
  const list = seal.lastingKeyOf('refusals');
  const noteRefusal = trip.define('noteRefusal', noteLua);
  const readRefusals = trip.define('readRefusals', readLua);
  const applied = new LRUCache<string, true>({ max: maxApplied });
  const noted = new LRUCache<string, Noted>({ max: maxKept });
  let readTo = 0;
  /** Every refusal that was in the list then has been read. */
  let completeAtMs = clock.nowMs();

  async function write(one: Noted, isAgain: boolean): Promise<boolean> {
    const { key, names, text } = one;
    try {
      doneReply(await noteRefusal([list, ...names], [text, channel, isAgain ? 1 : 0], { insists: true }));
    } catch {
      return false;
    }
    one.timesWritten += 1;
    if (one.timesWritten >= timesWritten && noted.peek(key) === one) noted.delete(key);
    return true;
  }

  /** What Redis has not taken yet, or may have lost since. */
  async function writeAgain(): Promise<void> {
    const all = [...noted.values()];
    for (let at = 0; at < all.length; at += writtenTogether) {
      const written = await Promise.all(all.slice(at, at + writtenTogether).map((one) => write(one, true)));
      if (written.includes(false)) return;
    }
  }

  function apply(text: string, follower: RefusalFollower): void {
    const [from, sealed = ''] = text.split(' ');
    if (from === self || applied.has(text)) return;
    const key = seal.open(channel, Buffer.from(sealed, 'base64'));
    if (key === undefined) return;
    applied.set(text, true);
    follower.onRefused(key);
  }

  /** Returns whether there are more. */
  async function readSome(follower: RefusalFollower, awayMs: number): Promise<boolean> {
    const reply = arrayReply(await readRefusals([list], [readTo], { insists: true }));
    const completeMs = integerReply(reply[0], 0, keptMs);
    const lastRead = timeReply(reply[1]);
    const hasMore = integerReply(reply[2], 0, 1) === 1;
    const texts = bufferReply(reply[3]).toString('latin1');
    if (awayMs + marginMs > completeMs) follower.onMissed(clock.nowMs() - completeMs);
    for (const text of texts.split('\n')) apply(text, follower);
    readTo = lastRead;
    return hasMore;
  }

  async function read(follower: RefusalFollower): Promise<void> {
    const startedAtMs = clock.nowMs();
    const awayMs = startedAtMs - completeAtMs;
    while (await readSome(follower, awayMs));
    completeAtMs = startedAtMs;
  }

  let isClosed = false;
  let cancelTimer: (() => void) | undefined;

  function readLater(follower: RefusalFollower): void {
    if (isClosed) return;
    cancelTimer = clock.after(readEveryMs, () => {
      // Without Redis in the next second.
      void read(follower)
        .then(writeAgain)
        .catch(() => undefined)
        .finally(() => readLater(follower));
    });
  }

  return {
    async note(key, names) {
      const text = `${self} ${seal.close(channel, key).toString('base64')}`;
      const one = { key, names, text, timesWritten: 0 };
      noted.set(key, one);
      await write(one, false);
    },
    follow(follower) {
      redis.subscribe(channel, (text) => apply(text, follower));
      readLater(follower);
    },
    close() {
      isClosed = true;
      cancelTimer?.();
    },
  };
}
