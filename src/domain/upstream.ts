/**
 * Where DingTalk is asked, as text: the origin of its API, and the path below which an egress gateway offers it. Two ways
 * to DingTalk are two upstreams: keys and seals that hold this name share nothing.
 */
export const upstreamName = (apiUrl: URL): string => `${apiUrl.origin}${pathPrefix(apiUrl)}`;

/** Put before every path of the API; empty for a bare origin. */
export const pathPrefix = ({ pathname }: URL): string =>
  pathname.endsWith('/') ? pathname.slice(0, -1) : pathname;
