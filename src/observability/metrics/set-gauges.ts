import type { Collectors } from './collectors.ts';
import { breakerStates, type DingTalkStatus } from '../../domain/dingtalk-status.ts';
import type { CorpLabel } from './labels.ts';

/** Values sampled at scrape time. Missing readers are skipped. */
export interface GatewayStatus {
  readonly dingtalk?: DingTalkStatus;
  readonly cached?: () => { readonly entries: number; readonly bytes: number };
  /** Since the process started. */
  readonly droppedLogLines?: () => number;
}

interface GaugeValues {
  readonly status: GatewayStatus;
  readonly corpLabel: CorpLabel;
  readonly lookups: { readonly all: number; readonly withoutCall: number };
  readonly months: readonly { readonly corp: string; readonly calls: number }[];
  readonly monthlyQuota: number | undefined;
}

/** Sets every gauge, and the count of the process's log. An unknown value is omitted, not reported as zero. */
export function setGauges(
  to: Collectors,
  { status, corpLabel, lookups, months, monthlyQuota }: GaugeValues,
): void {
  setOrRemove(to.cacheHitRatio, lookups.all > 0 ? lookups.withoutCall / lookups.all : undefined);
  const cached = status.cached?.();
  setOrRemove(to.cacheEntries, cached?.entries);
  setOrRemove(to.cacheBytes, cached?.bytes);
  setOrRemove(to.monthQuota, monthlyQuota);
  to.logLinesDropped.remove();
  const droppedLogLines = status.droppedLogLines?.();
  if (droppedLogLines !== undefined) to.logLinesDropped.inc(droppedLogLines);

  for (const { api, queued, inFlight, placesLeft } of status.dingtalk?.rateLimiters() ?? []) {
    to.queueDepth.set({ api }, queued);
    to.callsInFlight.set({ api }, inFlight);
    to.budgetLeft.set({ api }, placesLeft);
  }
  const current = status.dingtalk?.breakerState;
  if (current !== undefined) {
    for (const state of breakerStates) to.breakerState.set({ state }, state === current ? 1 : 0);
  }

  to.tokenAge.reset();
  for (const { corpId, ageMs } of status.dingtalk?.tokenAges() ?? []) {
    to.tokenAge.set({ corp: corpLabel(corpId) }, ageMs / 1000);
  }
  to.monthCalls.reset();
  to.monthQuotaUsed.reset();
  for (const { corp, calls } of months) {
    to.monthCalls.set({ corp }, calls);
    if (monthlyQuota !== undefined) to.monthQuotaUsed.set({ corp }, calls / monthlyQuota);
  }
}

/** Removes an unknown value: prom-client starts a gauge without labels at 0. */
function setOrRemove(gauge: Collectors['cacheEntries'], value: number | undefined): void {
  if (value === undefined) gauge.remove();
  else gauge.set(value);
}
