import type { ApolloServer } from '@apollo/server';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import type { FastifyBaseLogger, FastifyInstance, FastifyRequest } from 'fastify';
import type { Lookups } from '../cache/lookups.ts';
import { createExplanation } from '../graph/explanation.ts';
import { createLoaders, type RequestContext } from '../graph/request-context.ts';
import type { Explorer } from '../explorer/register-explorer.ts';
import { wantsExplorer } from '../explorer/wants-explorer.ts';
import type { Authenticator } from '../identity/authenticator.ts';
import type { ViewerAlias } from '../identity/viewer-alias.ts';
import type { ViewerRateLimit } from '../identity/viewer-rate-limit.ts';
import type { Viewer } from '../viewer.ts';
import { forbidCaching } from './app.ts';
import { clientGone } from './client-gone.ts';
import { logError } from './error-log.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The name under which log lines may speak of the viewer, once it is known who that is. */
    viewerAlias?: string;
  }
}

interface GraphQLRouteOptions {
  readonly apollo: ApolloServer<RequestContext>;
  readonly authenticator: Authenticator;
  readonly aliasOf: ViewerAlias;
  readonly rateLimit: ViewerRateLimit;
  readonly lookups: Lookups;
  /** Requests may ask with `x-explain: 1` how their data came about. */
  readonly explainable: boolean;
  /** What a browser is answered with; undefined where the explorer is off. */
  readonly explorer: Explorer | undefined;
}

/** `GET` and `POST /graphql`: who asks is settled first, then loaders are made for that viewer alone. */
export function registerGraphQL(app: FastifyInstance, options: GraphQLRouteOptions): void {
  const { apollo, authenticator, aliasOf, rateLimit, lookups, explainable, explorer } = options;

  async function admit(request: FastifyRequest, signal: AbortSignal): Promise<Viewer> {
    try {
      const viewer = await authenticator.authenticate(request.raw.rawHeaders, signal);
      request.viewerAlias = aliasOf(viewer);
      rateLimit.admit(viewer);
      return viewer;
    } catch (error) {
      // Apollo Server would log it without the request's id.
      logError(logOf(request), error);
      throw error;
    }
  }

  const answer = fastifyApolloHandler(apollo, {
    async context(request) {
      const signal = clientGone(request.raw);
      const viewer = await admit(request, signal);
      const explanation =
        explainable && request.headers['x-explain'] === '1' ? createExplanation() : undefined;
      const loaders = createLoaders({ lookups, viewer, signal }, explanation);
      return { loaders, explanation, log: () => logOf(request) };
    },
  });
  app.route({
    method: ['GET', 'POST'],
    url: '/graphql',
    exposeHeadRoute: false,
    onSend: async (_request, reply) => forbidCaching(reply),
    async handler(request, reply) {
      if (explorer && wantsExplorer(request)) return explorer.sendPage(reply);
      return answer.call(app, request, reply);
    },
  });
}

/** Made where there is something to log only: it costs a tenth of a request whose answer is known. */
const logOf = ({ log, viewerAlias: viewer }: FastifyRequest): FastifyBaseLogger =>
  viewer === undefined ? log : log.child({ viewer });
