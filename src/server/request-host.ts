import type { IncomingMessage } from 'node:http';
import { RefusedRequestError } from './refusal.ts';

/** A name or an address with an optional port, as in a URL. */
const possibleHost = /^(?:[\w.-]{1,253}|\[[\d:.a-f]{2,45}\])(?::\d{1,5})?$/i;
/** The host of an absolute URL, as requests to a proxy have it. */
const authority = /^https?:\/\/([^/?#]*)/i;

/** Returns an error unless the request has exactly one `Host`, which is valid, agrees with its URL and is served here. */
export function refuseHost(
  request: IncomingMessage,
  isServed: (host: string) => boolean,
): RefusedRequestError | undefined {
  const { host = '' } = request.headers;
  if (!possibleHost.test(host)) return new RefusedRequestError(400, 'The header Host must name a host.');
  if (countHosts(request.rawHeaders) > 1) return new RefusedRequestError(400, 'Send the header Host once.');
  if (!namesSameHost(request.url ?? '', host)) {
    return new RefusedRequestError(400, 'The header Host and the request line must name the same host.');
  }
  if (isServed(host)) return undefined;
  return new RefusedRequestError(
    421,
    'This gateway does not serve the name in the header Host: its operator can add it to ALLOWED_HOSTS.',
  );
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

/** By HTTP the URL's host overrides the header's; honest clients send the same in both. */
function namesSameHost(url: string, host: string): boolean {
  if (url.startsWith('/') || url === '*') return true;
  return authority.exec(url)?.[1]?.toLowerCase() === host.toLowerCase();
}
