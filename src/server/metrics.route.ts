import type { FastifyInstance } from 'fastify';
import type { Metrics } from '../observability/metrics/metrics.ts';
import { probed } from './probed.ts';

/** Counts every request. */
export function countRequests(app: FastifyInstance, metrics: Pick<Metrics, 'requestEnded'>): void {
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
}

/** Adds `GET /metrics`. */
export function registerMetrics(app: FastifyInstance, metrics: Pick<Metrics, 'scrape'>): void {
  app.get('/metrics', { config: probed }, async (_request, reply) => {
    const { contentType, text } = await metrics.scrape();
    return reply.header('content-type', contentType).send(text);
  });
}
