import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import type { FastifyRequest } from 'fastify';
import { isProbe } from './probed.ts';
import { RefusedRequestError } from './refusal.ts';

/** A name or an address with an optional port, as in a URL. */
const possibleHost = /^(?:[\w.-]{1,253}|\[[\d:.a-f]{2,45}\])(?::\d{1,5})?$/i;
/** The host of an absolute URL, as requests to a proxy have it. */
const authority = /^https?:\/\/([^/?#]*)/i;

/**
 * Returns an error unless the request has exactly one `Host`, which is valid, agrees with its URL and is served here.
 *
 * HTTP/1.0 needs none: no browser sends that, and so no page whose name resolves to this machine. Probes may have an
 * empty one, or any address: a page cannot let an address resolve to another machine.
 */
export function refuseHost(
  request: FastifyRequest,
  isServed: (host: string) => boolean,
): RefusedRequestError | undefined {
  const { originalUrl: url } = request;
  const { httpVersion, headers, rawHeaders } = request.raw;
  const { host } = headers;
  if (countHosts(rawHeaders) > 1) return new RefusedRequestError(400, 'Send the header Host once.');
  if (!host && namesNoHost(url) && (httpVersion === '1.0' || (host === '' && isProbe(request)))) {
    return undefined;
  }
  if (!host || !possibleHost.test(host)) {
    return new RefusedRequestError(400, 'The header Host must name a host.');
  }
  if (!namesNoHost(url) && authority.exec(url)?.[1]?.toLowerCase() !== host.toLowerCase()) {
    return new RefusedRequestError(400, 'The header Host and the request line must name the same host.');
  }
  if (isServed(host) || (isAddress(host) && isProbe(request))) return undefined;
  return new RefusedRequestError(
    421,
    'This gateway does not serve the name in the header Host: its operator can add it to ALLOWED_HOSTS.',
  );
}

/** What a request asks for, without the host that its URL may name. `OPTIONS *` checks the whole server: as `/`. */
export function pathAndQueryOf({ method, url = '' }: Pick<IncomingMessage, 'method' | 'url'>): string {
  if (namesNoHost(url)) return method === 'OPTIONS' && url === '*' ? '/' : url;
  const rest = url.replace(authority, '');
  return rest.startsWith('/') ? rest : `/${rest}`;
}

/** Node keeps only the first, while a proxy in front may have used another one. */
function countHosts(rawHeaders: readonly string[]): number {
  let count = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index];
    if (name?.length === 4 && name.toLowerCase() === 'host') count += 1;
  }
  return count;
}

/** A URL that names a host overrides the header by HTTP; honest clients send the same in both. */
const namesNoHost = (url: string): boolean => url.startsWith('/') || url === '*';

const isAddress = (host: string): boolean =>
  isIP(host.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1')) !== 0;
