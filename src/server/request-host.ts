import type { IncomingMessage } from 'node:http';
import { RefusedRequestError } from './refusal.ts';

/** A name or an address, and perhaps a port: what a URL can be made of. */
const possibleHost = /^(?:[\w.-]{1,253}|\[[\d:.a-f]{2,45}\])(?::\d{1,5})?$/i;
/** Of a request that is written for a proxy. */
const authority = /^https?:\/\/([^/?#]*)/i;

/** Why a request is refused for the host that it names, if it is: by one `Host`, that is possible and is served here. */
export function refuseHost(
  request: IncomingMessage,
  isServed: (host: string) => boolean,
): RefusedRequestError | undefined {
  const { host = '' } = request.headers;
  if (!possibleHost.test(host)) return new RefusedRequestError(400, 'The header Host must name a host.');
  if (countHosts(request.rawHeaders) > 1) return new RefusedRequestError(400, 'Send the header Host once.');
  if (!namesSameHost(request.url ?? '', host)) {
    return new RefusedRequestError(
      400,
      'The request must name one host: in its header Host as in its first line.',
    );
  }
  if (isServed(host)) return undefined;
  return new RefusedRequestError(
    421,
    'This gateway does not answer to the name in the header Host: its operator can add it to ALLOWED_HOSTS.',
  );
}

/** Node keeps the first and forgets the others, and what is in front may have gone by another one. */
function countHosts(rawHeaders: readonly string[]): number {
  let count = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index];
    if (name?.length === 4 && name.toLowerCase() === 'host') count += 1;
  }
  return count;
}

/** HTTP has the URL's host win over the header's; the two of an honest client are the same. */
function namesSameHost(url: string, host: string): boolean {
  if (url.startsWith('/') || url === '*') return true;
  return authority.exec(url)?.[1]?.toLowerCase() === host.toLowerCase();
}
