import type { RedisOptions } from 'ioredis';

const defaultPort = 6379;
const defaultSentinelPort = 26_379;

/** Where one program listens. */
export interface Node {
  readonly host: string;
  readonly port: number;
}

/** How the server that takes writes is found: it is the one that `nodes` names, or they are asked for it. */
export type Topology =
  | { readonly kind: 'single' | 'cluster'; readonly nodes: readonly Node[] }
  /** `nodes` are Sentinels, `service` is the name under which they know the servers. */
  | { readonly kind: 'sentinel'; readonly nodes: readonly Node[]; readonly service: string };

/**
 * Parses `redis://[user:password@]host[:port][/database]`; `rediss:` is the same over TLS. Not left to the client, whose
 * parser throws on an unescaped `%` and reads settings from the query.
 */
export function redisAddress(url: URL): RedisOptions {
  const { protocol, username, password, pathname } = url;
  return {
    ...nodeOf(url, defaultPort),
    ...(username !== '' && { username: unescaped(username) }),
    ...(password !== '' && { password: unescaped(password) }),
    // After the service's name, where there is one.
    db: Number(
      /^\/(\d{1,4})$/.exec(
        protocol.includes('+sentinel') ? pathname.replace(/^\/[^/]*/, '') : pathname,
      )?.[1] ?? 0,
    ),
    ...(protocol.startsWith('rediss') && { tls: {} }),
  };
}

/** Reads the scheme, the hosts (see `Config.redisUrl`) and the service's name. */
export function topologyOf(url: URL): Topology {
  const kind = /^rediss?\+(sentinel|cluster):$/.exec(url.protocol)?.[1];
  const port = kind === 'sentinel' ? defaultSentinelPort : defaultPort;
  const others = url.searchParams.getAll('host').map((host) => new URL(`redis://${host}`));
  const nodes = [url, ...(kind === undefined ? [] : others)].map((each) => nodeOf(each, port));
  if (kind === 'sentinel') return { kind, nodes, service: url.pathname.split('/')[1] ?? '' };
  return { kind: kind === 'cluster' ? kind : 'single', nodes };
}

const nodeOf = ({ hostname, port }: URL, otherwise: number): Node => ({
  host: hostname.replace(/^\[|\]$/g, ''),
  port: port === '' ? otherwise : Number(port),
});

/** Keeps a `%` that starts no escape: `URL` does not encode it. */
function unescaped(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll(/%(?![\da-f]{2})/gi, '%25'));
  } catch {
    return text;
  }
}
