/** A forward proxy: the way out of a network to other hosts. */
export interface ForwardProxy {
  /** Without user and password. */
  readonly url: URL;
  /** The value of the header `proxy-authorization`, a secret. Undefined: the proxy asks for none. */
  readonly authorization: string | undefined;
}

/** The proxy's name in the log: scheme, host and port. */
export const proxyName = ({ url }: Pick<ForwardProxy, 'url'>): string => url.origin;
