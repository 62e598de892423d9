/** Bounds two percent apart: exact enough, in a few kilobytes for a run of any length. */
const step = Math.log(1.02);

export interface Latencies {
  add(ms: number): void;
  /** The latency below which that share of all lies. */
  quantile(share: number): number;
}

export function createLatencies(): Latencies {
  const counts: number[] = [];
  let all = 0;
  return {
    add(ms) {
      const index = Math.max(0, Math.round(Math.log(Math.max(0.01, ms) * 100) / step));
      counts[index] = (counts[index] ?? 0) + 1;
      all += 1;
    },
    quantile(share) {
      let seen = 0;
      for (const [index, count] of counts.entries()) {
        seen += count ?? 0;
        if (seen >= all * share && seen > 0) return Math.exp(index * step) / 100;
      }
      return Number.NaN;
    },
  };
}
