import type { FastifyInstance, FastifyRequest } from 'fastify';
import { RefusedRequestError } from './refusal.ts';

/** Rejects invalid bytes, which fastify would replace. Leaves a byte order mark to fastify's JSON parser. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Makes `app` accept only uncompressed JSON in UTF-8, parsed by fastify, which refuses `__proto__`. Browsers send other
 * content types across origins without a preflight.
 */
export function registerJsonBody(app: FastifyInstance): void {
  const parseJson = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    if (request.is404) done(null, undefined);
    else void parseJson(request, decode(request, body), done);
  });
}

function decode({ headers }: FastifyRequest, body: Buffer): string {
  const charset = /;\s*charset\s*=\s*"?([^\s";]*)/i.exec(headers['content-type'] ?? '')?.[1];
  if (charset !== undefined && !/^utf-?8$/i.test(charset)) {
    throw new RefusedRequestError(415, 'The character set is not supported: send UTF-8.');
  }
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') {
    throw new RefusedRequestError(415, 'The content encoding is not supported: send the body uncompressed.');
  }
  try {
    return utf8.decode(body);
  } catch {
    throw new RefusedRequestError(400, 'The body is not valid UTF-8.');
  }
}
