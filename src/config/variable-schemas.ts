import { createPublicKey } from 'node:crypto';
import { accessSync, constants, opendirSync } from 'node:fs';
import { isIP, isIPv6 } from 'node:net';
import * as z from 'zod';
import { isCorpId, isUnionId } from '../domain/identifiers.ts';
import { problemOfApiKeys, readApiKeys } from './api-keys.ts';
import { isLoopback } from '../domain/loopback.ts';
import { problemOfOriginPattern } from '../domain/origin.ts';
import { usableKeys, useOfKey } from '../domain/verification-key.ts';

export const text = z.string().min(1);

export const wholeNumber = (from: number, to: number): z.ZodType<number, string> =>
  z
    .string()
    .regex(/^\d{1,12}$/, `must be a whole number from ${from} to ${to}`)
    .transform(Number)
    .refine((number) => number >= from && number <= to, `must be a whole number from ${from} to ${to}`);

export const oneOf = <const T extends readonly [string, ...string[]]>(
  ...words: T
): z.ZodType<T[number], string> =>
  z.string().pipe(z.enum(words, { error: `must be one of: ${words.join(', ')}` }));

/** Comma-separated parts, without blanks around them. */
export const list = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
);

const notAbsolute = 'must be an absolute URL, scheme included';

const url = z.string().transform((value, context) => {
  const parsed = URL.parse(value);
  if (parsed) return parsed;
  context.addIssue(notAbsolute);
  return z.NEVER;
});

/** A URL that may receive secrets: https, or plain http to loopback. */
export const confidentialUrl = url.refine(
  ({ protocol, hostname }) => protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname)),
  'must be https: plain http is accepted to loopback only',
);

/** fetch refuses a URL with a user name. */
export const jwksUrl = confidentialUrl.refine(
  ({ username, password }) => `${username}${password}` === '',
  'must not contain a user name or a password: issuers publish their keys to everyone',
);

/** Each ends the host part of a URL: unescaped in a password, it hides the host. */
const escapes: Readonly<Record<string, string>> = { '#': '%23', '/': '%2F', '?': '%3F' };

/** `userAndPassword` finds them in a URL that may not be one because of them. */
export const escapedPassword = (userAndPassword: RegExp): z.ZodType<string, string> =>
  z.string().superRefine((value, context) => {
    const [, found = ''] = userAndPassword.exec(value) ?? [];
    const unescaped = Object.keys(escapes).filter((character) => found.includes(character));
    if (unescaped.length === 0) return;
    const remedy = unescaped.map((character) => `${character} as ${escapes[character]}`).join(', ');
    context.addIssue(`has an unescaped ${unescaped.join(' and ')} in its password: write ${remedy}`);
  });

/** An origin, and perhaps a path whose segments are not empty. */
const originAndPath = /^https?:\/\/[^\s/?#\\@]+(?:\/[\w.~%!$&'()*+,;=:@-]+)*\/?$/i;
/** A URL without them is another one than it looks. */
const dotSegment = /\/(?:\.|%2e){1,2}(?:\/|$)/i;

/** Where DingTalk's API begins: its host, or a path of an egress gateway. May be plain http, see `application-rules.ts`. */
export const apiUrl = z
  .string()
  .refine((value) => URL.canParse(value), { error: notAbsolute, abort: true })
  .refine(
    (value) => originAndPath.test(value) && !dotSegment.test(value),
    'must be https, with a path at most: no credentials, query or fragment, and no segment that is empty, "." or ".."',
  )
  .transform((value) => new URL(value));

/** Origins and patterns of them. */
export const origins = list.superRefine((values, context) => {
  const problem =
    values.length === 0
      ? 'must contain an origin, such as https://app.example.com'
      : values.map(problemOfOriginPattern).find((found) => found !== undefined);
  if (problem !== undefined) context.addIssue(problem);
});

/** Accepts an IPv6 address with or without the brackets of a URL. */
export const listenAddress = text
  .transform((host) => /^\[(.*)\]$/.exec(host)?.[1] ?? host)
  .refine(
    (host) => isIP(host) !== 0 || isHostName(host.replace(/\.$/, '')),
    'must be an address or a name of this machine, such as 0.0.0.0: no scheme, no port, no path',
  );

/** Names as in the `Host` header, without the port. */
export const hostNames = list
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

/** A folder that exists when the gateway starts. */
export const writableFolder = text
  .refine((folder) => succeeds(() => opendirSync(folder).closeSync()), {
    error:
      'must name a folder that exists and that this user may read: create it, for instance with mkdir -m 700',
    abort: true,
  })
  .refine(
    (folder) => succeeds(() => accessSync(folder, constants.W_OK | constants.X_OK)),
    'must name a folder that this user may write: change its owner, or mount it writable',
  );

function succeeds(attempt: () => void): boolean {
  try {
    attempt();
    return true;
  } catch {
    return false;
  }
}

/** Characters that are valid in every header and that no proxy rewrites. */
const asciiLine = /^[\x20-\x7e]+$/;
export const secret = text.regex(asciiLine, 'must contain printable ASCII characters only');
/** One secret, or two while one replaces the other. */
export const secretPair = list
  .refine((values) => values.length > 0, 'must contain a secret')
  .refine(
    (values) => values.every((value) => asciiLine.test(value)),
    'must contain printable ASCII characters only',
  )
  .refine(
    (values) => values.length <= 2,
    'must be one secret, or two with a comma between them while one replaces the other',
  )
  .refine((values) => new Set(values).size === values.length, 'must not contain the same secret twice')
  .transform(([first = '', second]) => [first, second] as const);

/** HS256 needs a key as long as its hash. */
const minKeyBytes = 32;
/** Each of them may be tried for one token. */
const maxSessionKeys = 8;
/** Keys of the gateway's own tokens: random, so never the few characters of a password. */
export const sessionKeys = list
  .refine((keys) => keys.length > 0, 'must contain a key')
  .refine((keys) => keys.every((key) => asciiLine.test(key)), 'must contain printable ASCII characters only')
  .refine(
    (keys) => keys.every((key) => key.length >= minKeyBytes),
    `must have ${minKeyBytes} bytes or more in each key: make one with openssl rand -hex 32`,
  )
  .refine(
    (keys) => keys.length <= maxSessionKeys,
    `must be at most ${maxSessionKeys} keys: drop those whose tokens have expired`,
  )
  .refine((keys) => new Set(keys).size === keys.length, 'must not contain the same key twice');
const secrets = list
  .refine((keys) => keys.length > 0, 'must contain at least one key')
  .refine((keys) => keys.every((key) => asciiLine.test(key)), 'must contain printable ASCII characters only');

export const apiKeys = secrets.transform((texts, context) => {
  const keys = readApiKeys(texts);
  const problem = problemOfApiKeys(texts, keys);
  if (problem === undefined) return keys;
  context.addIssue(problem);
  return z.NEVER;
});

export const unionId = text.refine(
  isUnionId,
  'must be a unionId: at most 256 printable ASCII characters, without blanks and commas',
);
export const corpId = text.refine(
  isCorpId,
  'must be a corpId: at most 128 letters, digits, dots, underscores and hyphens, without a dot or hyphen first',
);

/** As many as are tried for one token. */
const maxKeys = 8;

/** The PEM texts of public keys, one after the other. On one line, `\n` stands for a line break. */
export const publicKeyPems = text.transform((value, context) => {
  const pem = value.replaceAll(String.raw`\n`, '\n');
  const pems = pem.split(/(?=-----BEGIN )/).filter((part) => part.startsWith('-----BEGIN '));
  const problem = problemOfPems(pems);
  if (problem === undefined) return pems;
  context.addIssue(problem);
  return z.NEVER;
});

const notPem = 'must be a public key in PEM form: -----BEGIN PUBLIC KEY----- and what follows';

function isHostName(name: string): boolean {
  const address = /^\[(.*)\]$/.exec(name)?.[1];
  if (address !== undefined) return isIPv6(address);
  return name.length <= 253 && name.split('.').every((label) => /^[\w-]{1,63}$/.test(label));
}

function problemOfPems(pems: readonly string[]): string | undefined {
  const labels = pems.map((pem) => /^-----BEGIN ([A-Z0-9 ]{1,40})-----/.exec(pem)?.[1] ?? '');
  // createPublicKey also accepts private keys and certificates.
  if (labels.some((label) => label.includes('PRIVATE KEY'))) {
    return 'must not be a private key: set the public one, which openssl pkey -pubout writes';
  }
  if (labels.some((label) => label.includes('CERTIFICATE'))) {
    return 'must not be a certificate: set its public key, which openssl x509 -noout -pubkey writes';
  }
  if (pems.length > maxKeys)
    return `must be at most ${maxKeys} public keys: publish more at a VIEWER_JWKS_URL`;
  if (pems.length === 0) return notPem;
  try {
    const problem = pems
      .map((pem) => useOfKey(createPublicKey(pem)).problem)
      .find((found) => found !== undefined);
    return problem === undefined
      ? undefined
      : `must not be ${problem}, which verifies no token: use ${usableKeys}`;
  } catch {
    return notPem;
  }
}
