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
    "loopback's names where `HOST` is loopback, else any",
    "comma-separated names, beside loopback's, that requests may have as their `Host`; others: HTTP 421",
  ),
  NODE_ENV: variable(
    oneOf('production', 'development', 'test'),
    '–',
    '`production` turns introspection and the explorer off and refuses to start without credentials',
  ),
  IDE: variable(oneOf('on', 'off'), '`on` (`off` in production)', 'the explorer on `/`'),
  DINGTALK_MODE: variable(
    oneOf('live', 'sandbox'),
    '`live` where credentials are set, else `sandbox`',
    '`sandbox` = embedded stand-in DingTalk; in production only if asked for',
  ),
  DINGTALK_API_URL: variable(
    originOnly,
    '`https://api.dingtalk.io`',
    'upstream; `https://api.dingtalk.com` for China',
  ),
  DINGTALK_APP_KEY: variable(secret, '–', 'internal app: its key'),
  DINGTALK_APP_SECRET: variable(secret, '–', 'internal app: its secret'),
  DINGTALK_CORP_ID: variable(
    corpId,
    '–',
    'if set, tokens come from `/v1.0/oauth2/{corpId}/token` (internal or third-party app, no suite ticket)',
  ),
  DINGTALK_SUITE_KEY: variable(secret, '–', 'third-party enterprise app: its key'),
  DINGTALK_SUITE_SECRET: variable(secret, '–', 'third-party enterprise app: its secret'),
  DINGTALK_SUITE_TICKET_FILE: variable(
    text,
    '–',
    'file with the latest suite ticket; read anew for every token',
  ),
  VIEWER_AUTH: variable(
    oneOf('fixed', 'jwt', 'dingtalk', 'router'),
    '`fixed` in sandbox, none in live (must be chosen)',
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
  GATEWAY_API_KEYS: variable(
    secrets,
    '–',
    '`fixed`: comma-separated keys that clients send as `x-api-key`; this or `ALLOW_ANONYMOUS` unless `HOST` is loopback',
  ),
  ALLOW_ANONYMOUS: variable(
    oneOf('0', '1'),
    '`0`',
    '`fixed` without keys: `1` = anybody who reaches the port acts as the operator',
  ),
  ROUTER_SECRET: variable(
    secret,
    '–',
    '`router`: what `x-router-secret` must hold before `x-dingtalk-union-id` and `x-dingtalk-corp-id` are believed',
  ),
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
    'calls that one organization may make in a calendar month (5,000 on the standard edition): what `/metrics` measures against',
  ),
  MAX_LOOKUPS_PER_REQUEST: variable(
    wholeNumber(1, 10_000),
    '`50`',
    'distinct upstream lookups that one HTTP request may cause, and (10 at least) root fields and aliases that its operation may have',
  ),
  MAX_QUERY_TOKENS: variable(
    wholeNumber(1, 100_000),
    '`1000`',
    'tokens of one GraphQL document; beyond: `QUERY_TOO_COMPLEX`',
  ),
  MAX_QUERY_DEPTH: variable(
    wholeNumber(1, 100),
    '`10`',
    'levels of fields below one another, introspection apart; beyond: `QUERY_TOO_COMPLEX`',
  ),
  MAX_QUERY_DIRECTIVES: variable(
    wholeNumber(0, 1000),
    '`20`',
    'directives in one operation; beyond: `QUERY_TOO_COMPLEX`',
  ),
  MAX_ANSWER_FIELDS: variable(
    wholeNumber(1, 1_000_000),
    '`10000`',
    'fields of one answer, those of an entity once for each representation; beyond: `QUERY_TOO_COMPLEX`',
  ),
  MAX_ANSWER_BYTES: variable(
    wholeNumber(1024, 100_000_000),
    '`1048576`',
    'length of one answer; beyond: `QUERY_TOO_COMPLEX`',
  ),
  MAX_ERRORS: variable(
    wholeNumber(1, 1000),
    '`20`',
    'entries of `errors` in one answer; the last one then says how many more there are (`ERRORS_OMITTED`)',
  ),
  MAX_CONCURRENT_REQUESTS: variable(
    wholeNumber(1, 1_000_000),
    '`2000`',
    'operations under way at once in one process; beyond: `GATEWAY_OVERLOADED`, HTTP 503',
  ),
  MAX_BODY_BYTES: variable(
    wholeNumber(1, 100_000_000),
    '`262144`',
    'length of one request body; beyond: HTTP 413',
  ),
  MAX_HEADER_BYTES: variable(
    wholeNumber(1024, 1_000_000),
    '`16384`',
    'length of one request’s line and headers; beyond: HTTP 431',
  ),
  HEADERS_TIMEOUT_MS: variable(
    wholeNumber(1, 600_000),
    '`5000`',
    'how long the headers of one request may take to arrive; beyond: HTTP 408 and the connection is closed',
  ),
  REQUEST_TIMEOUT_MS: variable(
    wholeNumber(1, 600_000),
    '`10000`',
    'the same for the whole request, body included',
  ),
  VIEWER_RPS: variable(
    wholeNumber(1, 1_000_000),
    'no limit',
    'requests a second for one viewer in one process; beyond: `RATE_LIMITED`, HTTP 429',
  ),
  VIEWER_LOG_KEY: variable(
    text,
    'another one in each process',
    'keys the hash under which log lines name a viewer: the same on all replicas lets them be followed together',
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
    'how long a space counts as fresh; `0` = nothing is kept',
  ),
  CACHE_STALE_MS: variable(
    wholeNumber(0, 86_400_000),
    '`600000`',
    'how long after that it is still served while it is looked up anew, or while that fails; `0` = off',
  ),
  CACHE_NEGATIVE_TTL_MS: variable(
    wholeNumber(0, 86_400_000),
    '`5000`',
    'how long a refusal (403, 404) is remembered; `0` = off',
  ),
  CACHE_MAX_ENTRIES: variable(
    wholeNumber(1, 100_000_000),
    '`100000`',
    'the most lookups that one process remembers',
  ),
  CACHE_MAX_BYTES: variable(
    wholeNumber(1, 100_000_000_000),
    '`67108864`',
    'the most memory that they take, by estimate',
  ),
  REDIS_URL: variable(
    redisUrl,
    '–',
    'cache, tokens and call budget shared by all replicas; without it each process keeps its own in memory',
  ),
} as const satisfies Record<string, Variable<unknown>>;

export type VariableName = keyof typeof variables;

/** What could be read: a variable that is unset, empty or unreadable is undefined. */
export type Settings = {
  readonly [Name in VariableName]: z.output<(typeof variables)[Name]['schema']> | undefined;
};
