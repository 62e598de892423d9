import type { RedisOptions } from 'ioredis';

const defaultPort = 6379;

/**
 * Parses `redis://[user:password@]host[:port][/database]`; `rediss:` is the same over TLS. Not left to the client, whose
 * parser throws on an unescaped `%` and reads settings from the query.
 */
export function redisAddress({ protocol, hostname, port, username, password, pathname }: URL): RedisOptions {
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? defaultPort : Number(port),
    ...(username !== '' && { username: unescaped(username) }),
    ...(password !== '' && { password: unescaped(password) }),
    db: Number(/^\/(\d{1,4})$/.exec(pathname)?.[1] ?? 0),
    ...(protocol === 'rediss:' && { tls: {} }),
  };
}

/** Keeps a `%` that starts no escape: `URL` does not encode it. */
function unescaped(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll(/%(?![\da-f]{2})/gi, '%25'));
  } catch {
    return text;
  }
}
