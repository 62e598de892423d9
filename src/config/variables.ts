import { createPublicKey } from 'node:crypto';
import { isIPv6 } from 'node:net';
import * as z from 'zod';
import { isCorpId, isUnionId } from '../identity/identifiers.ts';
import { isLoopback } from './loopback.ts';

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

const text = z.string().min(1);

const wholeNumber = (from: number, to: number): z.ZodType<number, string> =>
  z
    .string()
    .regex(/^\d{1,12}$/, `must be a whole number from ${from} to ${to}`)
    .transform(Number)
    .refine((number) => number >= from && number <= to, `must be a whole number from ${from} to ${to}`);

const oneOf = <const T extends readonly [string, ...string[]]>(...words: T): z.ZodType<T[number], string> =>
  z.string().pipe(z.enum(words, { error: `must be one of: ${words.join(', ')}` }));

const list = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
);

const url = z.string().transform((value, context) => {
  const parsed = URL.parse(value);
  if (parsed) return parsed;
  context.addIssue('must be an absolute URL, scheme included');
  return z.NEVER;
});

/** A URL that secrets may travel to: https, or plain http that does not leave the machine. */
const confidentialUrl = url.refine(
  ({ protocol, hostname }) => protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname)),
  'must be https: plain http is accepted to loopback only',
);

const redisUrl = url
  .refine(
    ({ protocol, hostname }) => (protocol === 'redis:' || protocol === 'rediss:') && hostname !== '',
    'must be a redis:// or rediss:// URL with a host',
  )
  .refine(
    ({ pathname, search, hash }) => /^\/?$|^\/\d{1,4}$/.test(pathname) && `${search}${hash}` === '',
    'may end with the number of a database, such as /1, and with nothing else',
  );

const originOnly = confidentialUrl.refine(
  ({ pathname, search, hash, username, password }) =>
    pathname === '/' && `${search}${hash}${username}${password}` === '',
  'must be a bare origin, without path, query or credentials',
);

const origins = list.refine(
  (values) => values.every((value) => URL.parse(value)?.origin === value),
  'must be a comma-separated list of origins, such as https://app.example.com: no path, no slash at the end',
);

/** An IPv6 address is written in a URL's brackets as well. */
const listenAddress = text.transform((host) => /^\[(.*)\]$/.exec(host)?.[1] ?? host);

/** As they stand in a request's `Host`, without the port. */
const hostNames = list
  .transform((names) =>
    names.map((name) => {
      const plain = name.toLowerCase().replace(/\.$/, '');
      return isIPv6(plain) ? `[${plain}]` : plain;
    }),
  )
  .refine(
    (names) => names.length > 0 && names.every(isHostName),
    'must be a comma-separated list of host names, such as gateway.example.com: no scheme, no port, no path',
  );

/** What a header can hold and what nothing on the way writes differently. */
const asciiLine = /^[\x20-\x7e]+$/;
const ofAscii = 'ASCII characters that can be seen, and blanks between them';
const secret = text.regex(asciiLine, `must be of ${ofAscii}`);
const secrets = list
  .refine((keys) => keys.length > 0, 'must hold at least one key')
  .refine((keys) => keys.every((key) => asciiLine.test(key)), `must hold keys of ${ofAscii}`);

const unionId = text.refine(
  isUnionId,
  'must be a unionId: 256 ASCII characters at most, no blank and no comma among them',
);
const corpId = text.refine(
  isCorpId,
  'must be a corpId: letters, digits, and . _ - after the first, 128 at most',
);

/** A PEM text on one line, as environments like to hold it, has its line breaks written as `\\n`. */
const publicKeyPem = text
  .transform((pem) => pem.replaceAll(String.raw`\n`, '\n'))
  .refine(isPublicKey, 'must be a public key in PEM form');

function isHostName(name: string): boolean {
  const address = /^\[(.*)\]$/.exec(name)?.[1];
  if (address !== undefined) return isIPv6(address);
  return name.length <= 253 && name.split('.').every((label) => /^[\w-]{1,63}$/.test(label));
}

function isPublicKey(pem: string): boolean {
  try {
    // A private key would give a public one as well, but has no place here.
    return pem.includes('PUBLIC KEY') && createPublicKey(pem).type === 'public';
  } catch {
    return false;
  }
}

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
