import { isLoopback } from '../domain/loopback.ts';

interface ServedHosts {
  /** The listen address. */
  readonly host: string;
  /** In lower case, IPv6 in brackets. */
  readonly allowedHosts: readonly string[];
}

/**
 * Whether a request's `Host` is a name that the gateway answers to.
 *
 * A page whose own name leads to this machine (DNS rebinding) is of one origin with the gateway to the browser: only the
 * `Host` gives it away. On loopback, where nothing else is asked for, the names of loopback are accepted alone.
 */
export function createServedHostCheck({ host, allowedHosts }: ServedHosts): (host: string) => boolean {
  if (!isLoopback(host) && allowedHosts.length === 0) return () => true;
  const allowed = new Set(allowedHosts);
  return (given) => {
    const name = nameOf(given);
    return allowed.has(name) || isLoopback(name) || subdomainOfLocalhost.test(name);
  };
}

/** Browsers never ask a name server for these. */
const subdomainOfLocalhost = /^(?:[\w-]+\.)+localhost$/;

/** Without the port and the dot that ends a full name. */
const nameOf = (host: string): string => host.replace(/:\d+$/, '').replace(/\.$/, '').toLowerCase();
