import type * as z from 'zod';
import {
  confidentialUrl,
  corpId,
  hostNames,
  listenAddress,
  oneOf,
  originOnly,
  origins,
  publicKeyPem,
  redisUrl,
  secret,
  secrets,
  text,
  unionId,
  wholeNumber,
} from './variable-schemas.ts';

const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/** An environment variable of the gateway: how its text is read, and what the README says of it. */
export interface Variable<T> {
  readonly schema: z.ZodType<T, string>;
  readonly defaultText: string;
  readonly meaning: string;
}

const variable = <T>(schema: z.ZodType<T, string>, defaultText: string, meaning: string): Variable<T> => ({
  schema,
  defaultText,
  meaning,
});

/** Every variable that the gateway reads, by name: the README's table is held equal to this one. */
export const variables = {
  HOST: variable(listenAddress, '`127.0.0.1` (`0.0.0.0` in production)', 'listen address'),
  PORT: variable(wholeNumber(0, 65_535), '`4000`', 'listen port; `0` picks a free one and logs it'),
  ALLOWED_HOSTS: variable(
    hostNames,
    "loopback's names, or any",
    "comma-separated names that `Host` may hold, with loopback's; others: HTTP 421",
  ),
  NODE_ENV: variable(
    oneOf('production', 'development', 'test'),
    '–',
    '`production`: no introspection, no explorer, no start without credentials',
  ),
  IDE: variable(oneOf('on', 'off'), '`on` (`off` in production)', 'the explorer on `/`'),
  DINGTALK_MODE: variable(
    oneOf('live', 'sandbox'),
    '`live` with credentials, else `sandbox`',
    '`sandbox`: the embedded stand-in; in production only if set',
  ),
  DINGTALK_API_URL: variable(
    originOnly,
    '`https://api.dingtalk.io`',
    'upstream; `https://api.dingtalk.com` for China',
  ),
  DINGTALK_APP_KEY: variable(secret, '–', 'internal app: its key'),
  DINGTALK_APP_SECRET: variable(secret, '–', 'internal app: its secret'),
  DINGTALK_CORP_ID: variable(corpId, '–', 'organization whose token is used; see the kinds of app below'),
  DINGTALK_SUITE_KEY: variable(secret, '–', 'third-party enterprise app: its key'),
  DINGTALK_SUITE_SECRET: variable(secret, '–', 'third-party enterprise app: its secret'),
  DINGTALK_SUITE_TICKET_FILE: variable(text, '–', 'file with the latest suite ticket, read for every token'),
  VIEWER_AUTH: variable(
    oneOf('fixed', 'jwt', 'dingtalk', 'router'),
    '`fixed` in sandbox; required in live',
    "where the operator's unionId comes from",
  ),
  DINGTALK_OPERATOR_UNION_ID: variable(unionId, '–', '`fixed`: every request acts as this operator'),
  VIEWER_JWKS_URL: variable(confidentialUrl, '–', '`jwt`: where the issuer publishes its keys'),
  VIEWER_JWT_PUBLIC_KEY: variable(
    publicKeyPem,
    '–',
    '`jwt`: a public key (PEM) in place of `VIEWER_JWKS_URL`',
  ),
  VIEWER_JWT_ISSUER: variable(text, '–', '`jwt`: required `iss`'),
  VIEWER_JWT_AUDIENCE: variable(text, '–', '`jwt`: required `aud`'),
  VIEWER_UNION_ID_CLAIM: variable(text, '`unionId`', "`jwt`: the claim that holds the operator's unionId"),
  VIEWER_CORP_ID_CLAIM: variable(text, '`corpId`', "`jwt`: the claim that holds the operator's corpId"),
  GATEWAY_API_KEYS: variable(secrets, '–', '`fixed`: comma-separated keys that clients send as `x-api-key`'),
  ALLOW_ANONYMOUS: variable(
    oneOf('0', '1'),
    '`0`',
    '`fixed` without keys: `1` lets every client act as the operator',
  ),
  ROUTER_SECRET: variable(secret, '–', '`router`: the value of `x-router-secret` that proves the router'),
  DINGTALK_QPS: variable(
    wholeNumber(1, 10_000),
    '`20`',
    'upstream calls a second for one app and API; over all replicas where `REDIS_URL` is set',
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
    '`50`',
    'distinct upstream lookups of one HTTP request; also (at least 10) its root fields and aliases',
  ),
  MAX_QUERY_TOKENS: variable(
    wholeNumber(1, 100_000),
    '`1000`',
    'tokens of one GraphQL document; beyond: `QUERY_TOO_COMPLEX`',
  ),
  MAX_QUERY_DEPTH: variable(
    wholeNumber(1, 100),
    '`10`',
    'nested levels of fields, introspection excluded; beyond: `QUERY_TOO_COMPLEX`',
  ),
  MAX_QUERY_DIRECTIVES: variable(
    wholeNumber(0, 1000),
    '`20`',
    'directives in one operation; beyond: `QUERY_TOO_COMPLEX`',
  ),
  MAX_ANSWER_FIELDS: variable(
    wholeNumber(1, 1_000_000),
    '`10000`',
    'fields of one answer, those of an entity once a representation; beyond: `QUERY_TOO_COMPLEX`',
  ),
  MAX_ANSWER_BYTES: variable(
    wholeNumber(1024, 100_000_000),
    '`1048576`',
    'length of one answer; beyond: `QUERY_TOO_COMPLEX`',
  ),
  MAX_ERRORS: variable(
    wholeNumber(1, 1000),
    '`20`',
    'entries of `errors` in one answer; the last one counts the omitted ones (`ERRORS_OMITTED`)',
  ),
  MAX_CONCURRENT_REQUESTS: variable(
    wholeNumber(1, 1_000_000),
    '`2000`',
    'concurrent operations in one process; beyond: `GATEWAY_OVERLOADED`, HTTP 503',
  ),
  MAX_BODY_BYTES: variable(
    wholeNumber(1, 100_000_000),
    '`262144`',
    'length of one request body; beyond: HTTP 413',
  ),
  MAX_HEADER_BYTES: variable(
    wholeNumber(1024, 1_000_000),
    '`16384`',
    'length of the request line and headers; beyond: HTTP 431',
  ),
  HEADERS_TIMEOUT_MS: variable(
    wholeNumber(1, 600_000),
    '`5000`',
    'time for the headers of one request to arrive; beyond: HTTP 408, connection closed',
  ),
  REQUEST_TIMEOUT_MS: variable(
    wholeNumber(1, 600_000),
    '`10000`',
    'the same for the whole request, body included',
  ),
  VIEWER_RPS: variable(
    wholeNumber(1, 1_000_000),
    'no limit',
    'requests a second of one viewer in one process; beyond: `RATE_LIMITED`, HTTP 429',
  ),
  VIEWER_LOG_KEY: variable(
    text,
    'random in each process',
    'key of the hash that names a viewer in log lines: the same on all replicas',
  ),
  CORS_ORIGINS: variable(origins, 'none', 'comma-separated origins whose pages may query the gateway'),
  LOG_LEVEL: variable(
    oneOf(...levels),
    '`info`',
    `one of ${levels.map((level) => `\`${level}\``).join(', ')}`,
  ),
  CACHE_TTL_MS: variable(
    wholeNumber(0, 86_400_000),
    '`60000`',
    'how long a space is fresh; `0` = nothing is cached',
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
  REDIS_URL: variable(
    redisUrl,
    '–',
    'cache, tokens and rate limit shared by all replicas; without it each process has its own',
  ),
} as const satisfies Record<string, Variable<unknown>>;

export type VariableName = keyof typeof variables;

/** What could be read: a variable that is unset, empty or unreadable is undefined. */
export type Settings = {
  readonly [Name in VariableName]: z.output<(typeof variables)[Name]['schema']> | undefined;
};
