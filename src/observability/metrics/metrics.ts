import type { Clock } from '../../async/clock.ts';
import type { Observer } from '../../domain/observer.ts';
import type { SealedRedis } from '../../redis/sealed-redis.ts';
import { createCollectors, type Collectors } from './collectors.ts';
import { isCounted } from './counted-call.ts';
import type { GatewayStatus } from './gateway-status.ts';
import { createCorpLabel, methodLabel, outcomeLabel } from './labels.ts';
import { createMonthCalls } from './month-calls.ts';
import { processMetrics } from './process-metrics.ts';
import { readStatus } from './set-gauges.ts';

/** That many events are counted at once: one after the other they cost a fraction of what each by itself does. */
const batch = 200;

export interface HttpRequest {
  readonly route: string;
  readonly method: string;
  readonly status: number;
  readonly ms: number;
}

export interface Metrics {
  readonly observer: Observer;
  /** From now on read at every scrape. */
  watch(status: GatewayStatus): void;
  requestEnded(request: HttpRequest): void;
  /** Everything, in Prometheus' text format. */
  scrape(): Promise<{ readonly contentType: string; readonly text: string }>;
  /** Adds up what has not been added up yet. */
  close(): Promise<void>;
}

interface MetricsOptions {
  readonly clock: Clock;
  readonly sealedRedis: SealedRedis | undefined;
  /** Keys the names of organizations. */
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
    const notes = backlog;
    backlog = [];
    for (const note of notes) note(collectors);
  }

  function tell(note: (to: Collectors) => void): void {
    backlog.push(note);
    if (backlog.length >= batch) flush();
  }

  return {
    observer: {
      lookupEnded({ api, source, stale, failure }) {
        lookups.all += 1;
        if (source !== 'upstream') lookups.withoutCall += 1;
        const labels = { api, source, stale: String(stale), outcome: outcomeLabel(failure ?? 'ok') };
        tell((to) => to.lookups.inc(labels));
      },
      callEnded({ api, code, documented, corpId }) {
        if (isCounted(api, code)) monthCalls.note(corpLabel(corpId));
        tell((to) => to.upstreamCalls.inc({ api, code: documented ? code : outcomeLabel(code) }));
      },
      attemptsEnded: ({ api, attempts }) => tell((to) => to.attempts.observe({ api }, attempts)),
      turnEnded: ({ api, waitMs }) => tell((to) => to.queueWait.observe({ api }, waitMs / 1000)),
    },
    watch(given) {
      status = given;
    },
    requestEnded({ route, method, status: code, ms }) {
      const labels = { route, method: methodLabel(method), status: String(code) };
      tell((to) => to.requests.observe(labels, ms / 1000));
    },
    async scrape() {
      const months = await monthCalls.totals();
      flush();
      readStatus(collectors, { status, corpLabel, lookups, months, monthlyQuota });
      const { registry } = collectors;
      const texts = await Promise.all([registry.metrics(), processMetrics().metrics()]);
      return { contentType: registry.contentType, text: texts.join('\n') };
    },
    async close() {
      await monthCalls.totals();
    },
  };
}
