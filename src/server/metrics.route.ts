import type { FastifyInstance } from 'fastify';
import type { Metrics } from '../observability/metrics/metrics.ts';
import { probed } from './probed.ts';

/** Adds `GET /metrics`, and counts every request, including those to it. */
export function registerMetrics(app: FastifyInstance, metrics: Metrics): void {
  app.addHook('onResponse', ({ method, routeOptions }, { statusCode, elapsedTime }, next) => {
    // A request that matches no route has no URL pattern.
    metrics.requestEnded({
      route: routeOptions.url ?? 'none',
      method,
      status: statusCode,
      ms: elapsedTime,
    });
    next();
  });
  app.get('/metrics', { config: probed }, async (_request, reply) => {
    const { contentType, text } = await metrics.scrape();
    return reply.header('content-type', contentType).send(text);
  });
}
