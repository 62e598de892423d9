import type { FastifyBaseLogger, FastifyRequest } from 'fastify';
import { parseTraceparent } from './trace-parent.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The viewer's name for log lines; set once the viewer is authenticated. */
    viewerAlias?: () => string;
    /** The name of the API key that the request was sent with. */
    keyName?: string | undefined;
  }
}

export interface RequestFields {
  requestId: string;
  traceId?: string;
  viewer?: string;
  key?: string;
}

/** The fields that identify a request in its log lines. */
export function logFieldsOf({ id, headers, span, viewerAlias, keyName }: FastifyRequest): RequestFields {
  const fields: RequestFields = { requestId: id };
  const traceId = span?.traceId ?? parseTraceparent(headers['traceparent'])?.traceId;
  if (traceId !== undefined) fields.traceId = traceId;
  if (viewerAlias) fields.viewer = viewerAlias();
  if (keyName !== undefined) fields.key = keyName;
  return fields;
}

/** A log whose lines name the request. Make it only to log something: it costs as much as a cached answer. */
export const logOf = (request: FastifyRequest): FastifyBaseLogger => request.log.child(logFieldsOf(request));
