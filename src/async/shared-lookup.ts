import dns from 'node:dns';
import type { LookupFunction } from 'node:net';
import type { Clock } from './clock.ts';

type Found = Parameters<LookupFunction>[2];

/**
 * Looks up the addresses of one host, once for all connections that need them at the same time. Node runs only two
 * lookups of a process at once: while a resolver does not answer, one for each connection would keep all other names
 * waiting for minutes.
 *
 * A lookup that has run for `joinMs` is not joined any more, so that one lost packet does not delay later connections.
 */
export function createSharedLookup(
  joinMs: number,
  clock: Clock,
  lookUp: LookupFunction = dns.lookup,
): LookupFunction {
  let waiting: Found[] | undefined;
  let startedAtMs = -Infinity;

  return (hostname, options, found) => {
    if (waiting && clock.nowMs() - startedAtMs < joinMs) {
      waiting.push(found);
      return;
    }
    const joined = [found];
    waiting = joined;
    startedAtMs = clock.nowMs();
    lookUp(hostname, options, (...answer) => {
      if (waiting === joined) waiting = undefined;
      for (const each of joined) each(...answer);
    });
  };
}
