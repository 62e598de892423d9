import type { FastifyInstance, FastifyRequest } from 'fastify';
import { findJsonFault } from './json-fault.ts';
import { RefusedRequestError } from './refusal.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Makes `app` take JSON alone, and only such as every reader understands alike: UTF-8, uncompressed, no name twice.
 *
 * What another type would carry, browsers send across origins unasked.
 */
export function registerJsonBody(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    try {
      done(null, parseJsonBody(request, body));
    } catch (error) {
      done(error as Error);
    }
  });
}

function parseJsonBody({ headers, is404 }: FastifyRequest, body: Buffer): unknown {
  if (is404) return undefined;
  const charset = /;\s*charset\s*=\s*"?([^\s";]*)/i.exec(headers['content-type'] ?? '')?.[1];
  if (charset !== undefined && !/^utf-?8$/i.test(charset)) {
    throw new RefusedRequestError(415, 'The character set is not supported: send UTF-8.');
  }
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') {
    throw new RefusedRequestError(415, 'The content encoding is not supported: send the body uncompressed.');
  }
  if (body.length === 0) {
    throw new RefusedRequestError(400, 'The body is empty: send a JSON object with a query.');
  }
  const text = decode(body);
  const json = parse(text);
  const fault = findJsonFault(text);
  if (fault !== undefined) throw new RefusedRequestError(400, `The body is refused: ${fault}.`);
  return json;
}

function decode(body: Buffer): string {
  try {
    return utf8.decode(body);
  } catch {
    throw new RefusedRequestError(400, 'The body is not valid UTF-8.');
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new RefusedRequestError(400, 'The body is not valid JSON.');
  }
}
