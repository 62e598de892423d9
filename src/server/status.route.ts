import type { FastifyInstance } from 'fastify';
import type { StatusReport } from '../observability/status-report.ts';
import { probed } from './probed.ts';

/** `GET /status`: the state of the gateway as JSON. */
export function registerStatus(app: FastifyInstance, report: () => Promise<StatusReport>): void {
  app.get('/status', { config: probed }, report);
}
