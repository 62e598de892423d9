import { isLoopback } from '../domain/loopback.ts';

interface ServedHosts {
  /** The listen address. */
  readonly host: string;
  /** In lower case, IPv6 in brackets. */
  readonly allowedHosts: readonly string[];
}

/**
 * Returns whether a `Host` is a name that the gateway serves.
 *
 * Against DNS rebinding: a page whose name resolves to this machine has the same origin as the gateway for the browser,
 * and only its `Host` differs. On a loopback address, only loopback's names and `allowedHosts` are served.
 */
export function createServedHostCheck({ host, allowedHosts }: ServedHosts): (host: string) => boolean {
  if (!isLoopback(host) && allowedHosts.length === 0) return () => true;
  const allowed = new Set(allowedHosts);
  return (given) => {
    const name = nameOf(given);
    return allowed.has(name) || isLoopback(name) || subdomainOfLocalhost.test(name);
  };
}

/** Browsers resolve these to loopback without DNS. */
const subdomainOfLocalhost = /^(?:[\w-]+\.)+localhost$/;

/** Without the port and the final dot of an absolute name. */
const nameOf = (host: string): string => host.replace(/:\d+$/, '').replace(/\.$/, '').toLowerCase();
