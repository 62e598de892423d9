import type { IncomingHttpHeaders } from 'node:http';

/**
 * Whether a request asks with `cache-control: no-cache` for what it needs to be looked up again.
 *
 * Not where `pragma` says the same: the Fetch Standard has browsers and Node send both for `cache: "no-store"` and
 * `"reload"`, as the developer tools do for every request, and older clients set both by default. Those speak of the caches
 * on the way.
 *
 * @see https://fetch.spec.whatwg.org/#http-network-or-cache-fetch
 */
export const wantsFresh = ({ 'cache-control': cacheControl, pragma }: IncomingHttpHeaders): boolean =>
  cacheControl !== undefined && isNoCache(cacheControl) && !(pragma !== undefined && isNoCache(pragma));

const isNoCache = (directives: string): boolean =>
  directives.split(',').some((directive) => directive.trim().toLowerCase() === 'no-cache');
