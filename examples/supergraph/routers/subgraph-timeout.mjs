/** Longer than the gateway takes to report a timeout itself: `UPSTREAM_TIMEOUT_MS` (5000) and 50 ms. */
export const subgraphTimeoutMs = Number(process.env.SUBGRAPH_TIMEOUT_MS || 7000);
