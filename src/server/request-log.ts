import type { FastifyBaseLogger, FastifyRequest } from 'fastify';

declare module 'fastify' {
  interface FastifyRequest {
    /** The viewer's name for log lines; set once the viewer is authenticated. */
    viewerAlias?: () => string;
  }
}

/** The fields that identify a request in its log lines. */
export const logFieldsOf = ({
  id,
  viewerAlias,
  span,
}: FastifyRequest): { requestId: string; viewer?: string; traceId?: string } => ({
  requestId: id,
  ...(viewerAlias && { viewer: viewerAlias() }),
  ...(span && { traceId: span.traceId }),
});

/** A log whose lines name the request. Make it only to log something: it costs as much as a cached answer. */
export const logOf = (request: FastifyRequest): FastifyBaseLogger => request.log.child(logFieldsOf(request));
