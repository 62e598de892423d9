/** For tests that count calls: nothing is remembered from one request to the next. */
export const uncached = { CACHE_TTL_MS: '0', CACHE_STALE_MS: '0', CACHE_NEGATIVE_TTL_MS: '0' } as const;
