import { variable } from './variable.ts';
import { wholeNumber } from '../variable-schemas.ts';

/** Calls to DingTalk. */
export const upstreamVariables = {
  DINGTALK_QPS: variable(
    wholeNumber(1, 10_000),
    '`20`',
    'calls a second for one app and API, of a suite for each organization; shared over `REDIS_URL`',
  ),
  UPSTREAM_TIMEOUT_MS: variable(
    wholeNumber(1, 600_000),
    '`5000`',
    'one deadline for everything that one lookup does upstream, retries included',
  ),
  DINGTALK_MONTHLY_QUOTA: variable(
    wholeNumber(1, 1_000_000_000),
    '–',
    'calls an organization may make a month (5,000 on the standard edition), for `/metrics`',
  ),
  MAX_LOOKUPS_PER_REQUEST: variable(
    wholeNumber(1, 10_000),
    '`200`',
    'upstream calls that one HTTP request may need; beyond: `LOOKUP_LIMIT_EXCEEDED`',
  ),
};
