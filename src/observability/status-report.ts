import type { BreakerState, DingTalkStatus } from '../domain/dingtalk-status.ts';
import type { Metrics } from './metrics/metrics.ts';

/** The state of one gateway, for its operator. Holds no secret and no id; organizations have the names of the metrics. */
export interface StatusReport {
  readonly version: string;
  readonly node: string;
  readonly uptimeSeconds: number;
  readonly mode: 'live' | 'sandbox';
  /** Host and port of DingTalk's API. */
  readonly upstream: string;
  readonly viewerAuth: string;
  readonly ready: boolean;
  /** Why it is not ready. */
  readonly reasons: readonly string[];
  readonly draining: boolean;
  readonly breaker: BreakerState;
  /** 0: no ban. */
  readonly ipBanSeconds: number;
  readonly quota: {
    /** Null: unknown. */
    readonly callsPerMonth: number | null;
    readonly organizations: readonly {
      readonly corp: string;
      /** DingTalk says that the month's calls are spent. */
      readonly spent: boolean;
      readonly callsThisMonth: number;
    }[];
  };
  readonly pace: {
    readonly callsPerSecond: number;
    /** Below `callsPerSecond` after DingTalk's "too fast", and where replicas share it without Redis. */
    readonly apis: readonly {
      readonly api: string;
      readonly callsPerSecond: number;
      readonly queued: number;
      readonly inFlight: number;
    }[];
  };
  readonly tokens: readonly { readonly corp: string; readonly ageSeconds: number }[];
  readonly redis: 'up' | 'down' | 'off';
  readonly cache: { readonly entries: number; readonly bytes: number };
  readonly droppedLogLines: number;
}

interface StatusReportOptions extends Pick<StatusReport, 'version' | 'mode' | 'upstream' | 'viewerAuth'> {
  readonly callsPerMonth: number | undefined;
  readonly callsPerSecond: number;
  readonly readiness: { reasons(): readonly string[]; readonly isDraining: boolean };
  readonly dingtalk: DingTalkStatus;
  readonly metrics: Pick<Metrics, 'quotas' | 'corpLabel'>;
  /** Undefined: there is none. */
  readonly redis: { isUp(): Promise<boolean> } | undefined;
  readonly cached: () => StatusReport['cache'];
  readonly droppedLogLines: () => number;
}

/** Makes the report of a moment, without a call to DingTalk. */
export function createStatusReport(options: StatusReportOptions): () => Promise<StatusReport> {
  const { version, mode, upstream, viewerAuth, callsPerMonth, callsPerSecond } = options;
  const { readiness, dingtalk, metrics, redis, cached, droppedLogLines } = options;

  return async () => {
    const [quotas, isRedisUp] = await Promise.all([metrics.quotas(), redis?.isUp()]);
    const reasons = readiness.reasons();
    return {
      version,
      node: process.versions.node,
      uptimeSeconds: Math.floor(process.uptime()),
      mode,
      upstream,
      viewerAuth,
      ready: reasons.length === 0,
      reasons,
      draining: readiness.isDraining,
      breaker: dingtalk.breakerState,
      ipBanSeconds: Math.ceil(dingtalk.ipBanLeftMs() / 1000),
      quota: {
        callsPerMonth: callsPerMonth ?? null,
        organizations: quotas.map(({ corp, calls, isSpent }) => ({
          corp,
          spent: isSpent,
          callsThisMonth: calls,
        })),
      },
      pace: {
        callsPerSecond,
        apis: dingtalk.rateLimiters().map(({ api, callsPerSecond: current, queued, inFlight }) => ({
          api,
          callsPerSecond: current,
          queued,
          inFlight,
        })),
      },
      tokens: dingtalk.tokenAges().map(({ corpId, ageMs }) => ({
        corp: metrics.corpLabel(corpId),
        ageSeconds: Math.floor(ageMs / 1000),
      })),
      redis: isRedisUp === undefined ? 'off' : isRedisUp ? 'up' : 'down',
      cache: cached(),
      droppedLogLines: droppedLogLines(),
    };
  };
}
