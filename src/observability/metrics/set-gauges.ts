import { totalmem } from 'node:os';
import type { Collectors } from './collectors.ts';
import { breakerStates, type DingTalkStatus } from '../../domain/dingtalk-status.ts';
import type { CorpLabel } from './labels.ts';

/** Values sampled at scrape time. Missing readers are skipped. */
export interface GatewayStatus {
  readonly dingtalk?: DingTalkStatus;
  readonly cached?: () => { readonly entries: number; readonly bytes: number };
  /** Since the process started. */
  readonly droppedLogLines?: () => number;
  /** Since the process started, by outcome. */
  readonly spans?: (() => Readonly<Record<string, number>>) | undefined;
  /** Whether the gateway can serve. */
  readonly isReady?: () => boolean;
}

/** One organization by its label: its calls of this month, and whether DingTalk says that the month is spent. */
export interface QuotaUse {
  readonly corp: string;
  readonly calls: number;
  readonly isSpent: boolean;
}

interface GaugeValues {
  readonly status: GatewayStatus;
  readonly corpLabel: CorpLabel;
  readonly quotas: readonly QuotaUse[];
  readonly isMonthComplete: boolean;
  readonly monthlyQuota: number | undefined;
  /** Undefined without `REDIS_URL`. */
  readonly redis: { readonly isUp: boolean; readonly ended: ReadonlyMap<string, number> } | undefined;
}

/** Sets every gauge, and the counts of the process's log, of its spans and of Redis. An unknown value is omitted, not reported as zero. */
export function setGauges(
  to: Collectors,
  { status, corpLabel, quotas, isMonthComplete, monthlyQuota, redis }: GaugeValues,
): void {
  const cached = status.cached?.();
  setOrRemove(to.cacheEntries, cached?.entries);
  setOrRemove(to.cacheBytes, cached?.bytes);
  setOrRemove(to.monthQuota, monthlyQuota);
  to.logLinesDropped.remove();
  const droppedLogLines = status.droppedLogLines?.();
  if (droppedLogLines !== undefined) to.logLinesDropped.inc(droppedLogLines);
  to.spans.reset();
  for (const [outcome, count] of Object.entries(status.spans?.() ?? {})) to.spans.inc({ outcome }, count);

  setOrRemove(to.redisUp, redis && Number(redis.isUp));
  to.redisCommands.reset();
  for (const [outcome, count] of redis?.ended ?? []) to.redisCommands.inc({ outcome }, count);
  to.memoryLimit.set(memoryLimitBytes());

  for (const { api, queued, inFlight, placesLeft, callsPerSecond } of status.dingtalk?.rateLimiters() ?? []) {
    to.queueDepth.set({ api }, queued);
    to.callsInFlight.set({ api }, inFlight);
    to.budgetLeft.set({ api }, placesLeft);
    to.rateLimit.set({ api }, callsPerSecond);
  }
  const isReady = status.isReady?.();
  setOrRemove(to.ready, isReady === undefined ? undefined : Number(isReady));
  const ipBanLeftMs = status.dingtalk?.ipBanLeftMs();
  setOrRemove(to.ipBan, ipBanLeftMs === undefined ? undefined : ipBanLeftMs / 1000);
  const current = status.dingtalk?.breakerState;
  if (current !== undefined) {
    for (const state of breakerStates) to.breakerState.set({ state }, state === current ? 1 : 0);
  }

  to.tokenAge.reset();
  for (const { corpId, ageMs } of status.dingtalk?.tokenAges() ?? []) {
    to.tokenAge.set({ corp: corpLabel(corpId) }, ageMs / 1000);
  }
  to.monthCountComplete.set(isMonthComplete ? 1 : 0);
  to.monthCalls.reset();
  to.monthQuotaUsed.reset();
  to.quotaSpent.reset();
  for (const { corp, calls, isSpent } of quotas) {
    to.quotaSpent.set({ corp }, Number(isSpent));
    to.monthCalls.set({ corp }, calls);
    if (monthlyQuota !== undefined) to.monthQuotaUsed.set({ corp }, calls / monthlyQuota);
  }
}

/** Removes an unknown value: prom-client starts a gauge without labels at 0. */
function setOrRemove(gauge: Collectors['cacheEntries'], value: number | undefined): void {
  if (value === undefined) gauge.remove();
  else gauge.set(value);
}

/** Without a limit the system reports none, or one beyond the machine's memory. */
function memoryLimitBytes(): number {
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}
