import type { GatewayProcess } from './start-gateway-process.ts';
import type { StandInProcess } from './start-stand-in.ts';
import type { TrafficCounts } from './traffic.ts';

/** The state at one moment; counts since the start. */
export interface Sample {
  readonly minute: number;
  readonly requests: number;
  readonly lookups: number;
  readonly calls: number;
  readonly tokenCalls: number;
  readonly faults: number;
  /** Undefined before the first lookup. */
  readonly hitRatio: number | undefined;
  /** Undefined if the gateway does not export it. */
  readonly cacheEntries: number | undefined;
  readonly residentMb: number;
  readonly heapMb: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

const answerMs = 5000;

/** Rejects if the gateway does not answer in time. */
export async function takeSample(
  minute: number,
  gateway: GatewayProcess,
  standIn: StandInProcess,
  counts: TrafficCounts,
): Promise<Sample> {
  const [metrics, { lookupCalls, tokenCalls, faults }] = await Promise.all([
    fetch(`${gateway.url}/metrics`, { signal: AbortSignal.timeout(answerMs) }).then((response) =>
      response.text(),
    ),
    standIn.counts(),
  ]);
  const valueOf = (name: string): number | undefined => {
    const text = new RegExp(`^${name} (\\S+)$`, 'm').exec(metrics)?.[1];
    return text === undefined ? undefined : Number(text);
  };
  return {
    minute,
    requests: counts.requests,
    lookups: counts.lookups,
    calls: lookupCalls,
    tokenCalls,
    faults,
    hitRatio: hitRatioOf(metrics),
    cacheEntries: valueOf('dingtalk_gateway_cache_entries'),
    residentMb: await gateway.residentMegabytes(),
    heapMb: (valueOf('nodejs_heap_size_used_bytes') ?? Number.NaN) / 1e6,
    p50Ms: counts.latencies.quantile(0.5),
    p99Ms: counts.latencies.quantile(0.99),
  };
}

/** The share of all lookups that cost no call; undefined before the first. */
function hitRatioOf(metrics: string): number | undefined {
  let all = 0;
  let withoutCall = 0;
  for (const [, labels = '', count] of metrics.matchAll(/^dingtalk_gateway_lookups_total\{(.*)\} (\S+)$/gm)) {
    all += Number(count);
    if (!labels.includes('source="upstream"')) withoutCall += Number(count);
  }
  return all > 0 ? withoutCall / all : undefined;
}
