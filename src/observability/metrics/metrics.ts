import type { Clock } from '../../async/clock.ts';
import type { Observer } from '../../domain/observer.ts';
import type { MetricObjectWithValues, MetricValue } from 'prom-client';
import type { Redis } from '../../redis/redis.ts';
import { createCollectors, type Collectors } from './collectors.ts';
import { isCounted } from './counted-call.ts';
import {
  codeLabel,
  createCorpLabel,
  sharedLabel,
  documentOutcomes,
  errorCodes,
  methodLabel,
  outcomeLabel,
  type CorpLabel,
  type DocumentOutcome,
} from './labels.ts';
import { createMonthCalls } from './month-calls.ts';
import type { MonthStore } from './month-store.ts';
import { processMetrics } from './process-metrics.ts';
import { setGauges, type GatewayStatus, type QuotaUse } from './set-gauges.ts';

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
  /** An answer has `count` errors with this `extensions.code`. */
  readonly errorsAnswered: (code: unknown, count?: number) => void;
  /** An operation's document was looked for. */
  readonly documentAsked: (outcome: DocumentOutcome) => void;
  /** The same metrics as data. */
  collect(): Promise<readonly MetricObjectWithValues<MetricValue<string>>[]>;
  /** A request with this API key. The names are of the configuration. */
  clientAuthenticated(keyName: string): void;
  /** Names an organization as the labels do. */
  readonly corpLabel: CorpLabel;
  /** Every organization with calls this month, or whose month is spent. */
  quotas(): Promise<readonly QuotaUse[]>;
  /** The calls of one organization this month; undefined where its label is shared with others. */
  callsThisMonth(corpId: string | undefined): Promise<number | undefined>;
  /** All metrics, in Prometheus' text format. */
  scrape(): Promise<{ readonly contentType: string; readonly text: string }>;
  /** Stores the last counted calls. */
  close(): Promise<void>;
}

interface MetricsOptions {
  readonly clock: Clock;
  /** Where the month's calls are added up. */
  readonly monthStore: MonthStore;
  /** Undefined without `REDIS_URL`. */
  readonly redis: Pick<Redis, 'isUp' | 'ended'> | undefined;
  /** Key of the hash that labels organizations: as long as it stays the same, so do the labels. */
  readonly corpLabelKey: string;
  readonly monthlyQuota: number | undefined;
  /** The gateway's own. */
  readonly version: string;
}

export function createMetrics(options: MetricsOptions): Metrics {
  const { clock, monthStore, redis, corpLabelKey, monthlyQuota, version } = options;
  const corpLabel = createCorpLabel(corpLabelKey);
  const monthCalls = createMonthCalls({ store: monthStore, clock });
  let status: GatewayStatus = {};
  const collectors = createCollectors();
  collectors.buildInfo.set({ version, node: process.versions.node }, 1);
  // Prometheus sees no rise where a count begins above 0.
  for (const code of errorCodes) collectors.errors.inc({ code }, 0);
  for (const outcome of documentOutcomes) collectors.documents.inc({ outcome }, 0);
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

  async function update(): Promise<void> {
    const [used, isUp = false] = await Promise.all([quotas(), redis?.isUp()]);
    const isMonthComplete = await monthCalls.isComplete();
    flush();
    setGauges(collectors, {
      status,
      corpLabel,
      quotas: used,
      isMonthComplete,
      monthlyQuota,
      redis: redis && { isUp, ended: redis.ended },
    });
  }

  async function quotas(): Promise<readonly QuotaUse[]> {
    const spent = new Set(status.dingtalk?.spentQuotas().map(corpLabel));
    const counted = await monthCalls.totals();
    const uncounted = [...spent].filter((label) => counted.every(({ corp }) => corp !== label));
    return [...counted, ...uncounted.map((corp) => ({ corp, calls: 0 }))].map(({ corp, calls }) => ({
      corp,
      calls,
      isSpent: spent.has(corp),
    }));
  }

  return {
    corpLabel,
    quotas,
    async callsThisMonth(corpId) {
      const label = corpLabel(corpId);
      return label === sharedLabel ? undefined : monthCalls.totalOf(label);
    },
    observer: {
      lookupEnded({ api, source, stale, failure }) {
        const labels = { api, source, stale: String(stale), outcome: outcomeLabel(failure ?? 'ok') };
        record((to) => to.lookups.inc(labels));
      },
      callEnded({ api, code, documented, corpId, ms }) {
        if (isCounted(api, code)) monthCalls.note(corpLabel(corpId));
        record((to) => {
          to.upstreamCalls.inc({ api, code: documented ? code : outcomeLabel(code) });
          to.callDuration.observe({ api }, ms / 1000);
        });
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
    errorsAnswered(code, count = 1) {
      const labels = { code: codeLabel(code) };
      record((to) => to.errors.inc(labels, count));
    },
    documentAsked: (outcome) => record((to) => to.documents.inc({ outcome })),
    async collect() {
      await update();
      const own = await collectors.registry.getMetricsAsJSON();
      return [...own, ...(await processMetrics().getMetricsAsJSON())];
    },
    clientAuthenticated: (client) => record((to) => to.clientRequests.inc({ client })),
    async scrape() {
      await update();
      const { registry } = collectors;
      const texts = await Promise.all([registry.metrics(), processMetrics().metrics()]);
      return { contentType: registry.contentType, text: texts.join('\n') };
    },
    async close() {
      await monthCalls.close();
    },
  };
}
