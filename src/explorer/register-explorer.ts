import type { FastifyInstance, FastifyReply } from 'fastify';
import { assetPolicy } from './content-security-policy.ts';
import { writeExplorerPage } from './explorer-page.ts';
import { loadRuru } from './load-ruru.ts';

/** The registered explorer, for the routes that answer a browser with it. */
export interface Explorer {
  /** Answers with the page. The reply's own headers of the same names give way. */
  sendPage(reply: FastifyReply): FastifyReply;
}

const assetHeaders = {
  'cache-control': 'public, max-age=31536000, immutable',
  'content-security-policy': assetPolicy,
  vary: 'accept-encoding',
  'x-content-type-options': 'nosniff',
};

/**
 * Serves the offline IDE: its page on `GET /`, its assets below `/explorer/`.
 *
 * `endpoint` is the path of the graph on this origin. Throws where the package `ruru` is not installed.
 */
export async function registerExplorer(
  app: FastifyInstance,
  options: { endpoint: string },
): Promise<Explorer> {
  const ruru = await loadRuru();
  // A newer Ruru gets a path of its own, so that the assets may be cached for good.
  const staticPath = `/explorer/${ruru.version}/`;

  const sendPage = (reply: FastifyReply): FastifyReply => {
    const { html, headers } = writeExplorerPage(ruru, { endpoint: options.endpoint, staticPath });
    return reply.headers(headers).send(html);
  };

  app.get('/', (_request, reply) => sendPage(reply));
  app.get(`${staticPath}*`, async (request, reply) => {
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
