import type { FastifyInstance } from 'fastify';
import type { Metrics } from '../observability/metrics/metrics.ts';
import type { StatusReport } from '../observability/status-report.ts';
import { registerHealth, type ReadinessCheck } from './health.route.ts';
import { registerMetrics } from './metrics.route.ts';
import { registerStatus } from './status.route.ts';

interface Operations {
  readonly whyNotReady: ReadinessCheck;
  readonly metrics: Metrics;
  /** Undefined: there is no `/status`. */
  readonly status?: () => Promise<StatusReport>;
}

/** What the operator and the platform ask: `/healthz`, `/readyz`, `/metrics` and `/status`. */
export function registerOperations(app: FastifyInstance, { whyNotReady, metrics, status }: Operations): void {
  registerHealth(app, whyNotReady);
  registerMetrics(app, metrics);
  if (status) registerStatus(app, status);
}
