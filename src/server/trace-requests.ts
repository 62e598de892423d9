import type { RouteShorthandOptions } from 'fastify';
import type { RequestSpan, Tracer } from '../domain/tracer.ts';
import { parseTraceparent } from './trace-parent.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set where the request is traced. */
    span?: RequestSpan;
  }
}

/** For a route: a span from each request's arrival until its answer is sent, or the client has left. */
export function tracedBy(tracer: Tracer | undefined): Pick<RouteShorthandOptions, 'onRequest'> {
  if (!tracer) return {};
  return {
    onRequest(request, { raw }, next) {
      const { method, routeOptions, headers } = request;
      const parent = parseTraceparent(headers['traceparent']);
      const span = tracer.request({ method, route: routeOptions.url ?? '', parent });
      if (span) {
        request.span = span;
        raw.once('close', () => span.end(raw.writableFinished ? raw.statusCode : undefined));
      }
      next();
    },
  };
}
