import type { FastifyInstance } from 'fastify';

/** Why the gateway cannot serve right now; empty when it can. */
export type ReadinessCheck = () => Promise<readonly string[]>;

/** `GET /healthz`: the process runs. `GET /readyz`: it can serve. */
export function registerHealth(app: FastifyInstance, whyNotReady: ReadinessCheck): void {
  app.get('/healthz', async () => ({ status: 'alive' }));
  app.get('/readyz', async (_request, reply) => {
    const reasons = await whyNotReady();
    if (reasons.length === 0) return { status: 'ready' };
    return reply.code(503).send({ status: 'not ready', reasons });
  });
}
