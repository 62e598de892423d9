import dns from 'node:dns';
import type { LookupFunction } from 'node:net';

interface Waiting {
  readonly options: Parameters<LookupFunction>[1];
  readonly found: Parameters<LookupFunction>[2][];
}

/**
 * Looks up the addresses of Redis's hosts one after the other, and each once for all connections that need it at the same
 * time. Node runs only two lookups of a process at once: Redis can wait, and other names must not wait for its names.
 */
export function createOneLookup(lookUp: LookupFunction = dns.lookup): LookupFunction {
  /** By host, in the order of their turns: the first one runs. */
  const waiting = new Map<string, Waiting>();

  function startFirst(): void {
    const [first] = waiting;
    if (!first) return;
    const [hostname, { options, found }] = first;
    lookUp(hostname, options, (...answer) => {
      waiting.delete(hostname);
      startFirst();
      for (const each of found) each(...answer);
    });
  }

  return (hostname, options, found) => {
    const joined = waiting.get(hostname);
    if (joined) {
      joined.found.push(found);
      return;
    }
    waiting.set(hostname, { options, found: [found] });
    if (waiting.size === 1) startFirst();
  };
}
