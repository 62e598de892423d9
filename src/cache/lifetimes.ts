import type { CacheableEndpoint } from '../domain/endpoint.ts';

/** How long entries are served, by the configuration. */
export interface CacheTimes {
  /** How long an answer is fresh. */
  readonly ttlMs: number;
  /** The same for a page of a list. */
  readonly listTtlMs: number;
  /** How much longer it may be served stale. */
  readonly staleMs: number;
  /** How long a refusal that may be cached is served. */
  readonly negativeTtlMs: number;
}

/** How long the entries of one endpoint are served. */
export interface Lifetimes extends Omit<CacheTimes, 'listTtlMs'> {
  /** How long a cache in front may reuse an answer, from when DingTalk was asked; `0`: not at all. */
  readonly reusableMs: number;
  /** Whether an answer has ended by itself. */
  readonly isOver?: ((answer: unknown) => boolean) | undefined;
}

const aDayMs = 24 * 3600_000;

/** The lifetimes of each endpoint, made once. `wallMs` is the time since 1970, in which answers say their end. */
export function createLifetimes(
  times: CacheTimes,
  wallMs: () => number,
): (endpoint: AnyEndpoint) => Lifetimes {
  const known = new Map<AnyEndpoint, Lifetimes>();

  return (endpoint) => {
    let lifetimes = known.get(endpoint);
    if (!lifetimes) known.set(endpoint, (lifetimes = lifetimesOf(endpoint, times, wallMs)));
    return lifetimes;
  };
}

type AnyEndpoint = Pick<CacheableEndpoint<never, unknown>, 'freshness' | 'endsAtMs'>;

function lifetimesOf(endpoint: AnyEndpoint, times: CacheTimes, wallMs: () => number): Lifetimes {
  const { freshness } = endpoint;
  const ttlMs = freshness === 'list' ? times.listTtlMs : freshness === 'constant' ? aDayMs : times.ttlMs;
  const staleMs = freshness === 'link' || ttlMs === 0 ? 0 : times.staleMs;
  // A page answers lookups of its rows as well, which are fresh for `CACHE_TTL_MS`.
  const reusableMs = freshness === 'list' ? Math.min(ttlMs, times.ttlMs) : ttlMs;
  const isOver = endpoint.endsAtMs
    ? (answer: unknown): boolean => (endpoint.endsAtMs?.(answer) ?? Infinity) <= wallMs()
    : undefined;
  // A cache in front knows nothing of the end of a link.
  const isLink = freshness === 'link' || endpoint.endsAtMs !== undefined;
  return {
    ttlMs,
    staleMs,
    negativeTtlMs: times.negativeTtlMs,
    reusableMs: isLink ? 0 : reusableMs,
    isOver,
  };
}
