import type { RedisOptions } from 'ioredis';

const defaultPort = 6379;

/**
 * What `redis://[user:password@]host[:port][/database]` says; `rediss:` is the same over TLS. Read here, because the
 * client's own reader breaks on a `%` that was not escaped, and takes settings from the query.
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

/** A `%` that begins no escape stands for itself: `URL` leaves it as it is. */
function unescaped(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll(/%(?![\da-f]{2})/gi, '%25'));
  } catch {
    return text;
  }
}
