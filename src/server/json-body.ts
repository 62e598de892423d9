import type { FastifyInstance, FastifyRequest } from 'fastify';
import { gunzipBody } from './gunzip-body.ts';
import { RefusedRequestError } from './refusal.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Needs no body. Many clients name a content type all the same. */
    readonly isBodyless?: true;
  }
  interface FastifyRequest {
    /** Length of the body, decompressed; `0` without one. */
    bodyBytes: number;
  }
}

/** Rejects invalid bytes, which fastify would replace. Leaves a byte order mark to fastify's JSON parser. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Makes `app` accept only JSON in UTF-8, plain or as gzip, of at most `maxBytes` either way. fastify parses it, and refuses
 * `__proto__`. Browsers send other content types across origins without a preflight.
 */
export function registerJsonBody(app: FastifyInstance, maxBytes: number): void {
  const parseJson = app.getDefaultJsonParser('error', 'error');
  app.decorateRequest('bodyBytes', 0);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    const parse = (plain: Buffer): void => {
      request.bodyBytes = plain.length;
      const text = decode(plain);
      if (text === undefined) done(new RefusedRequestError(400, 'The body is not valid UTF-8.'));
      else void parseJson(request, text, done);
    };
    const isEmpty = body.length === 0 && request.routeOptions.config.isBodyless === true;
    if (request.is404 || isEmpty) {
      done(null, undefined);
      return;
    }
    refuseCharset(request);
    if (!isGzip(request)) {
      parse(body);
      return;
    }
    gunzipBody(body, maxBytes, (error, plain) => {
      if (error) done(error);
      else parse(plain);
    });
  });
}

function refuseCharset({ headers }: FastifyRequest): void {
  const charset = /;\s*charset\s*=\s*"?([^\s";]*)/i.exec(headers['content-type'] ?? '')?.[1];
  if (charset !== undefined && !/^utf-?8$/i.test(charset)) {
    throw new RefusedRequestError(415, 'The character set is not supported: send UTF-8.');
  }
}

/** False for a plain body. Throws for any other encoding. */
function isGzip({ headers }: FastifyRequest): boolean {
  switch (headers['content-encoding']?.toLowerCase()) {
    case undefined:
    case 'identity':
      return false;
    case 'gzip':
    case 'x-gzip':
      return true;
    default:
      throw new RefusedRequestError(
        415,
        'The content encoding is not supported: send the body as gzip, once, or uncompressed.',
        { headers: { 'accept-encoding': 'gzip' } },
      );
  }
}

function decode(body: Buffer): string | undefined {
  try {
    return utf8.decode(body);
  } catch {
    return undefined;
  }
}
