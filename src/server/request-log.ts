import type { FastifyBaseLogger, FastifyRequest } from 'fastify';

declare module 'fastify' {
  interface FastifyRequest {
    /** The name under which log lines may speak of the viewer, once it is known who that is. */
    viewerAlias?: () => string;
  }
}

/** What names a request in its log lines. */
export const namesOf = ({ id, viewerAlias }: FastifyRequest): { requestId: string; viewer?: string } => ({
  requestId: id,
  ...(viewerAlias && { viewer: viewerAlias() }),
});

/** A log whose lines name the request. Made where there is something to log only: it costs as much as a cached answer. */
export const logOf = (request: FastifyRequest): FastifyBaseLogger => request.log.child(namesOf(request));
