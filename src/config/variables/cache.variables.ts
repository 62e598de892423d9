import { secretVariable, variable } from './variable.ts';
import { certificateFile, privateKeyFile } from '../pem-files.ts';
import { redisUrl } from '../redis-url.ts';
import { oneOf, wholeNumber, writableFolder } from '../variable-schemas.ts';

/** The cache and Redis. */
export const cacheVariables = {
  CACHE_TTL_MS: variable(
    wholeNumber(0, 86_400_000),
    '`60000`',
    'how long a space, a file or a thumbnail is fresh; `0` = nothing is cached',
  ),
  CACHE_LIST_TTL_MS: variable(
    wholeNumber(0, 86_400_000),
    '`15000`',
    'how long a page of a list is fresh; `0` = pages are not cached',
  ),
  CACHE_STALE_MS: variable(
    wholeNumber(0, 86_400_000),
    '`600000`',
    'how long it is then served stale, while it is revalidated or while that fails; `0` = off',
  ),
  CACHE_NEGATIVE_TTL_MS: variable(
    wholeNumber(0, 86_400_000),
    '`5000`',
    'how long a refusal (403, 404) is cached; `0` = off',
  ),
  CACHE_FRESH_MIN_MS: variable(
    wholeNumber(0, 86_400_000),
    '`5000`',
    'how old an entry must be for a request with `cache-control: no-cache` to pass it over; `0` = off',
  ),
  CACHE_MAX_ENTRIES: variable(
    wholeNumber(1, 100_000_000),
    '`100000`',
    'entries that one process caches at most',
  ),
  CACHE_MAX_BYTES: variable(
    wholeNumber(1, 100_000_000_000),
    '`67108864`',
    'memory of these entries at most, by estimate',
  ),
  ANSWER_CACHING: variable(
    oneOf('off', 'private'),
    '`off`',
    '`router`: `private` lets caches with the person in their key keep what is fresh',
  ),
  REDIS_URL: secretVariable(
    redisUrl,
    '–',
    'cache, tokens and rate limit shared by all replicas; without it each process has its own',
  ),
  REDIS_CA_FILE: variable(
    certificateFile,
    '–',
    'PEM file of the authorities that sign the certificates of Redis',
  ),
  REDIS_CERT_FILE: variable(
    certificateFile,
    '–',
    'PEM file of the certificate that the gateway shows to Redis',
  ),
  REDIS_KEY_FILE: variable(privateKeyFile, '–', 'PEM file of its private key'),
  STATE_DIR: variable(
    writableFolder,
    '–',
    "folder in which the month's count survives a restart without `REDIS_URL`",
  ),
};
