import { turnKey, type Viewer } from '../domain/viewer.ts';
import { arrayReply, integerReply } from '../redis/replies.ts';
import type { SealedRedis } from '../redis/sealed-redis.ts';

const microsInMs = 1000;

/** What Redis said to one request, and how long from then on all admitted requests keep the allowance in use. */
export interface SharedAnswer {
  readonly isAdmitted: boolean;
  readonly leadMs: number;
}

/** The allowances of all viewers over all replicas of one application. */
export interface SharedAllowances {
  /** While the app's secret is replaced an allowance has two names. */
  namesOf(viewer: Viewer): readonly string[];
  /**
   * Asks for one request.
   *
   * @throws {RedisUnavailableError} when there is no answer within 50 ms; at once while Redis is down or late.
   */
  ask(names: readonly string[]): Promise<SharedAnswer>;
}

/**
 * Under each of `keys` stand a time of Redis and for how many milliseconds from then the allowance was in use; the larger
 * use counts. Anything else is no use, and neither is the time for which a clock that was set back has passed already: no
 * more than the second that fits into an allowance. Written in any case, so that a time to come does not stay.
 *
 * `args[1]` is the milliseconds that a request costs. Replies with 1 if it fits into the second, and the use in microseconds.
 */
const takeLua = `local lead = 0
for _, key in ipairs(keys) do
  local held = get(key)
  local at, left = string.match(type(held) == 'string' and held or '', '^(%d+) (%d+%.%d+)$')
  if at then lead = math.max(lead, math.min(tonumber(left), 1000) - math.max(0, now - tonumber(at))) end
end
local cost = tonumber(args[1])
local fits = lead + cost - 1000 <= 1e-6
if fits then lead = lead + cost end
local value, endsMs = string.format('%d %.9f', now, lead), math.ceil(lead)
for _, key in ipairs(keys) do redis.call('SET', key, value, 'PX', endsMs) end
return { fits and 1 or 0, math.floor(lead * 1000) }
`;

export function createSharedAllowances({ seal, trip }: SealedRedis, costMs: number): SharedAllowances {
  const take = trip.define('takeRequest', takeLua);
  return {
    namesOf: (viewer) => seal.keysOf('requests', turnKey(viewer)),
    async ask(names) {
      const [fits, leadMicros] = arrayReply(await take(names, [costMs]));
      return {
        isAdmitted: integerReply(fits, 0, 1) === 1,
        leadMs: integerReply(leadMicros, 0, 1000 * microsInMs) / microsInMs,
      };
    },
  };
}
