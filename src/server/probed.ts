import type { FastifyContextConfig, FastifyRequest } from 'fastify';

declare module 'fastify' {
  interface FastifyContextConfig {
    readonly isProbed?: true;
    /** Read by `@fastify/cors`. */
    readonly cors?: { readonly preflight: false };
  }
}

/** Marks a route that load balancers and Prometheus ask by address: see `request-host.ts`. It answers OPTIONS itself. */
export const probed: FastifyContextConfig = { isProbed: true, cors: { preflight: false } };

export const isProbe = ({ routeOptions }: FastifyRequest): boolean => routeOptions.config.isProbed === true;
