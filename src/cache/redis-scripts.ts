import { createScript } from '../redis/script.ts';
import { nowByRedis } from '../redis/time.ts';

/**
 * What is under KEYS[1], and when it was asked for, which stands before it in thirteen digits; nil for anything else. The
 * digits are for these scripts, which cannot open the seal: readers compare them with the time inside it.
 */
const held = `
local held = redis.pcall('GET', KEYS[1])
local heldAt = type(held) == 'string' and tonumber(string.match(held, '^%d%d%d%d%d%d%d%d%d%d%d%d%d'))
`;

/** The time; then, where something is held, when it was asked for and what it is. */
export const readScript = createScript(
  'readEntry',
  `${nowByRedis}${held}
if not heldAt then return { now } end
return { now, heldAt, string.sub(held, 14) }
`,
);

/**
 * Puts ARGV[2], asked for at ARGV[1], in place of what was asked for before it, for ARGV[3] milliseconds from then:
 * whoever was slow must not undo what somebody else learned since. A time to come is no time: Redis's clock was set.
 * The old goes in any case, even where a full Redis takes nothing new. It goes second: once a script has written,
 * Redis lets it go beyond its limit.
 */
const put = `${nowByRedis}${held}
local asked = math.min(tonumber(ARGV[1]) or now, now)
if not (heldAt and heldAt >= asked and heldAt <= now) then
  local left = asked + tonumber(ARGV[3]) - now
  local done = left > 0 and ARGV[2] ~= '' and
    redis.pcall('SET', KEYS[1], string.format('%013d', asked) .. ARGV[2], 'PX', string.format('%d', left))
  if not done or done.err then redis.call('DEL', KEYS[1]) end
end
`;

export const keepScript = createScript(
  'keepEntry',
  `${put}
return 1`,
);

/** The same, with ARGV[5] said on the channel ARGV[4] to all replicas, whatever was held. */
export const dropScript = createScript(
  'dropEntry',
  `${put}
redis.call('PUBLISH', ARGV[4], ARGV[5])
return 1`,
);
