import type { FastifyInstance, FastifyReply } from 'fastify';
import { assetPolicy } from './content-security-policy.ts';
import { writeExplorerPage } from './explorer-page.ts';
import type { GatewayFacts } from './gateway-facts.ts';
import { loadRuru, type Ruru } from './load-ruru.ts';

/** The registered explorer, for other routes that answer browsers with it. */
export interface Explorer {
  /** Answers with the page; its headers replace those already set on the reply. */
  sendPage(reply: FastifyReply): FastifyReply;
}

const assetHeaders = {
  'cache-control': 'public, max-age=31536000, immutable',
  'content-security-policy': assetPolicy,
  vary: 'accept-encoding',
  'x-content-type-options': 'nosniff',
};

const missing =
  'The explorer is not available: the package ruru cannot be loaded. Install it with npm ci, or set IDE=off.';

/**
 * Serves the offline IDE: the page on `GET /`, the assets below `/explorer/`. Without the package `ruru` it logs that,
 * and the page says so.
 *
 * `endpoint` is the path of the GraphQL endpoint on this origin.
 */
export async function registerExplorer(
  app: FastifyInstance,
  options: { readonly endpoint: string; readonly facts: GatewayFacts },
): Promise<Explorer> {
  let ruru: Ruru;
  try {
    ruru = await loadRuru();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    app.log.warn({ code }, missing);
    return registerMissing(app);
  }
  // The path holds Ruru's version, so assets can be cached forever.
  const staticPath = `/explorer/${ruru.version}/`;

  const sendPage = (reply: FastifyReply): FastifyReply => {
    const { html, headers } = writeExplorerPage(ruru, { ...options, staticPath });
    return reply.headers(headers).send(html);
  };

  app.get('/', (_request, reply) => sendPage(reply));
  app.get(`${staticPath}*`, { config: { isAsset: true } }, async (request, reply) => {
    const file = await ruru.getStaticFile({
      staticPath,
      urlPath: request.url,
      acceptEncoding: request.headers['accept-encoding'],
      disallowDevAssets: true,
    });
    if (file === null) {
      reply.callNotFound();
      return reply;
    }
    return reply.headers({ ...file.headers, ...assetHeaders }).send(file.content);
  });
  return { sendPage };
}

const sayMissing = (reply: FastifyReply): FastifyReply =>
  reply.code(503).type('text/plain; charset=utf-8').send(missing);

function registerMissing(app: FastifyInstance): Explorer {
  app.get('/', (_request, reply) => sayMissing(reply));
  return { sendPage: sayMissing };
}
