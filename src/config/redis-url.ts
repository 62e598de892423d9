import * as z from 'zod';
import { escapedPassword } from './variable-schemas.ts';

const oneHost = 'must be a redis:// or rediss:// URL with a host';
const notAbsolute = 'must be an absolute URL, scheme included';
const noHost =
  'has a host that is none: write host or host:port with commas between them, and an IPv6 address in brackets';
const noOneHost = 'has a host that is none: write host or host:port, and an IPv6 address in brackets';
const severalLogins = 'repeats user and password: write them once, before the first host';
const database = 'may end with a database number, such as /1, and nothing else';
/** More is another list than meant. */
const maxHosts = 32;

const forms = /^rediss?(?:\+(?<kind>[a-z]+))?:\/\/(?:(?<login>.*)@)?(?<hosts>[^@/?#]*)(?<path>.*)$/is;
/** Of `user:password@one,user:password@two`, where the login seems to reach to the last `@`. */
const sameLogins = /^([^@]+)@[^@,]+,(?:.*,)?\1$/s;

/** `REDIS_URL`: one Redis, Sentinels or a Cluster. Several hosts become the `host` parameters of the URL. */
export const redisUrl = escapedPassword(/^rediss?(?:\+\w+)?:\/\/(.*)@/is).transform((text, context) => {
  const { kind, login = '', hosts = '', path = '' } = forms.exec(text)?.groups ?? {};
  const [first = '', ...others] = hosts.split(',').map((host) => host.trim());
  const at = text.length - path.length - hosts.length;
  const url = URL.parse(`${text.slice(0, at)}${first}${path}`);
  const problem = sameLogins.test(login)
    ? severalLogins
    : problemOf(url, kind?.toLowerCase(), [first, ...others]);
  if (problem !== undefined || url === null) {
    context.addIssue(problem ?? notAbsolute);
    return z.NEVER;
  }
  for (const host of others) url.searchParams.append('host', host);
  return url;
});

function problemOf(url: URL | null, kind: string | undefined, hosts: readonly string[]): string | undefined {
  if (kind !== undefined && !hosts.every(isHost)) return noHost;
  const [first] = hosts;
  if (hosts.length === 1 && first !== undefined && first !== '' && !isHost(first)) return noOneHost;
  if (url === null) return notAbsolute;
  const { protocol, hostname, pathname, search, hash } = url;
  if (kind === undefined) {
    if (!/^rediss?:$/.test(protocol) || hostname === '') return oneHost;
    if (hosts.length > 1) {
      return 'has several hosts: write redis+sentinel:// for Sentinels or redis+cluster:// for a Cluster';
    }
    return /^\/?$|^\/\d{1,4}$/.test(pathname) && `${search}${hash}` === '' ? undefined : database;
  }
  if (kind !== 'sentinel' && kind !== 'cluster') {
    return 'must begin with redis://, redis+sentinel:// or redis+cluster://, or with rediss for TLS';
  }
  if (hosts.length > maxHosts) return `has more than ${maxHosts} hosts: a few of them find the others`;
  if (`${search}${hash}` !== '') return 'must have nothing after ? or #';
  if (kind === 'sentinel') {
    return /^\/[\w.-]{1,128}(?:\/|\/\d{1,4})?$/.test(pathname)
      ? undefined
      : 'must end with the service that the Sentinels watch and perhaps a database number, such as /mymaster or /mymaster/1';
  }
  return /^\/?0?$/.test(pathname)
    ? undefined
    : 'must not have a database number: a Cluster has number 0 alone';
}

function isHost(text: string): boolean {
  const url = URL.parse(`redis://${text}`);
  return /^(?:[\w.-]+|\[[\d:a-f.]+\])(?::\d{1,5})?$/i.test(text) && url !== null && url.port !== '0';
}
