import type { FastifyInstance, RouteOptions } from 'fastify';
import { probed } from './probed.ts';

/** Why the gateway cannot serve right now; empty when it can. */
export type ReadinessCheck = () => Promise<readonly string[]>;

/**
 * `GET /healthz`: the process runs. `GET /readyz`: it can serve.
 *
 * OPTIONS answers the same: HAProxy checks by it where its configuration names no method, and `/` where it names no path.
 */
export function registerHealth(app: FastifyInstance, whyNotReady: ReadinessCheck): void {
  app.route({ method: 'OPTIONS', url: '/', config: probed, handler: alive });
  app.route({ method: ['GET', 'OPTIONS'], url: '/healthz', config: probed, handler: alive });
  app.route({
    method: ['GET', 'OPTIONS'],
    url: '/readyz',
    config: probed,
    async handler(_request, reply) {
      const reasons = await whyNotReady();
      if (reasons.length === 0) return { status: 'ready' };
      return reply.code(503).send({ status: 'not ready', reasons });
    },
  });
}

const alive: RouteOptions['handler'] = async () => ({ status: 'alive' });
