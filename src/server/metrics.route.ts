import type { FastifyInstance } from 'fastify';
import type { Metrics } from '../observability/metrics/metrics.ts';

/** `GET /metrics`, and every request counted, this one included. */
export function registerMetrics(app: FastifyInstance, metrics: Metrics): void {
  app.addHook('onResponse', ({ method, routeOptions }, { statusCode, elapsedTime }, next) => {
    // What no route takes has no name of ours.
    metrics.requestEnded({
      route: routeOptions.url ?? 'none',
      method,
      status: statusCode,
      ms: elapsedTime,
    });
    next();
  });
  app.get('/metrics', async (_request, reply) => {
    const { contentType, text } = await metrics.scrape();
    return reply.header('content-type', contentType).send(text);
  });
}
