import type { Clock } from '../../async/clock.ts';
import type { Observer } from '../../domain/observer.ts';
import type { SealedRedis } from '../../redis/sealed-redis.ts';
import { createCollectors, type Collectors } from './collectors.ts';
import { isCounted } from './counted-call.ts';
import { createCorpLabel, methodLabel, outcomeLabel } from './labels.ts';
import { createMonthCalls } from './month-calls.ts';
import { processMetrics } from './process-metrics.ts';
import { setGauges, type GatewayStatus } from './set-gauges.ts';

/** Events are recorded in batches: together they cost a fraction of what each costs alone. */
const batchSize = 200;

export interface HttpRequest {
  readonly route: string;
  readonly method: string;
  readonly status: number;
  readonly ms: number;
}

export interface Metrics {
  readonly observer: Observer;
  /** Reads `status` at every scrape from now on. */
  watch(status: GatewayStatus): void;
  requestEnded(request: HttpRequest): void;
  /** All metrics, in Prometheus' text format. */
  scrape(): Promise<{ readonly contentType: string; readonly text: string }>;
  /** Sends the last counted calls to Redis. */
  close(): Promise<void>;
}

interface MetricsOptions {
  readonly clock: Clock;
  readonly sealedRedis: SealedRedis | undefined;
  /** Key of the hash that labels organizations. */
  readonly secret: string;
  readonly monthlyQuota: number | undefined;
}

export function createMetrics({ clock, sealedRedis, secret, monthlyQuota }: MetricsOptions): Metrics {
  const corpLabel = createCorpLabel(secret);
  const monthCalls = createMonthCalls({ sealedRedis, clock });
  const lookups = { all: 0, withoutCall: 0 };
  let status: GatewayStatus = {};
  const collectors = createCollectors();
  let backlog: ((to: Collectors) => void)[] = [];

  function flush(): void {
    const events = backlog;
    backlog = [];
    for (const event of events) event(collectors);
  }

  function record(event: (to: Collectors) => void): void {
    backlog.push(event);
    if (backlog.length >= batchSize) flush();
  }

  return {
    observer: {
      lookupEnded({ api, source, stale, failure }) {
        lookups.all += 1;
        if (source !== 'upstream') lookups.withoutCall += 1;
        const labels = { api, source, stale: String(stale), outcome: outcomeLabel(failure ?? 'ok') };
        record((to) => to.lookups.inc(labels));
      },
      callEnded({ api, code, documented, corpId }) {
        if (isCounted(api, code)) monthCalls.note(corpLabel(corpId));
        record((to) => to.upstreamCalls.inc({ api, code: documented ? code : outcomeLabel(code) }));
      },
      attemptsEnded: ({ api, attempts }) => record((to) => to.attempts.observe({ api }, attempts)),
      turnEnded: ({ api, waitMs }) => record((to) => to.queueWait.observe({ api }, waitMs / 1000)),
    },
    watch(given) {
      status = given;
    },
    requestEnded({ route, method, status: code, ms }) {
      const labels = { route, method: methodLabel(method), status: String(code) };
      record((to) => to.requests.observe(labels, ms / 1000));
    },
    async scrape() {
      const months = await monthCalls.totals();
      flush();
      setGauges(collectors, { status, corpLabel, lookups, months, monthlyQuota });
      const { registry } = collectors;
      const texts = await Promise.all([registry.metrics(), processMetrics().metrics()]);
      return { contentType: registry.contentType, text: texts.join('\n') };
    },
    async close() {
      await monthCalls.totals();
    },
  };
}
