import type { ApolloServer } from '@apollo/server';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Lookups } from '../../cache/lookup-cache.ts';
import type { Clock } from '../../async/clock.ts';
import type { LimitsConfig } from '../../config/config.ts';
import { startDeadline, type Deadline } from '../../async/deadline.ts';
import { lastWordMs } from '../../async/joint-work.ts';
import { createErrorCap } from '../../graph/limits/error-cap.ts';
import { createExplanation } from '../../graph/loading/explanation.ts';
import { createLoad, type Find } from '../../graph/loading/loading.ts';
import type { RequestContext } from './request-context.ts';
import type { Explorer } from '../../explorer/register-explorer.ts';
import { wantsExplorer } from '../../explorer/wants-explorer.ts';
import type { Authenticator } from '../../identity/authenticator.ts';
import { toIdentityError } from '../../identity/to-identity-error.ts';
import type { ViewerAlias } from '../../identity/viewer-alias.ts';
import type { ViewerRateLimit } from '../../identity/viewer-rate-limit.ts';
import { nextTurn } from '../../async/next-turn.ts';
import { clientGone } from '../client-gone.ts';
import { logError } from '../../observability/error-log.ts';
import { toHttpGraphQLRequest } from './http-graphql-request.ts';
import { overloaded } from '../refusal.ts';
import { logOf } from '../request-log.ts';

interface GraphQLRouteOptions {
  readonly apollo: ApolloServer<RequestContext>;
  readonly authenticator: Authenticator;
  readonly aliasOf: ViewerAlias;
  readonly rateLimit: ViewerRateLimit;
  readonly lookups: Lookups;
  readonly clock: Clock;
  /** One deadline for everything that is asked of others on behalf of one request, who asks included. */
  readonly timeoutMs: number;
  /** Requests may ask with `x-explain: 1` how their data came about. */
  readonly explainable: boolean;
  /** Distinct lookups of one request. */
  readonly maxLookups: number;
  readonly limits: Pick<LimitsConfig, 'concurrentRequests' | 'errors'>;
  /** What a browser is answered with; undefined where the explorer is off. */
  readonly explorer: Explorer | undefined;
}

/** `GET` and `POST /graphql`: who asks is settled first, then loaders are made for that viewer alone. */
export function registerGraphQL(app: FastifyInstance, options: GraphQLRouteOptions): void {
  const { apollo, authenticator, aliasOf, rateLimit, lookups, clock, timeoutMs } = options;
  const { explainable, maxLookups, limits, explorer } = options;
  let underWay = 0;

  async function contextOf(request: FastifyRequest, waiting: Deadline): Promise<RequestContext> {
    try {
      const { rawHeaders: headers, socket } = request.raw;
      const credentials = { headers, address: socket.remoteAddress };
      const viewer = await authenticator.authenticate(credentials, waiting.signal);
      request.viewerAlias = () => aliasOf(viewer);
      rateLimit.admit(viewer);
      const asksHow = explainable && request.headers['x-explain'] === '1';
      const explanation = asksHow ? createExplanation() : undefined;
      const find: Find = (endpoint, input, onEnded) =>
        lookups.find(endpoint, input, viewer, waiting, onEnded);
      const load = createLoad({ find, maxLookups, explanation });
      return { load, explanation, errorCap: createErrorCap(limits.errors), log: () => logOf(request) };
    } catch (thrown) {
      const error = toIdentityError(thrown);
      // Apollo Server would log it without the request's id.
      logError(logOf(request), error);
      throw error;
    }
  }

  async function answer(request: FastifyRequest, reply: FastifyReply): Promise<string> {
    await nextTurn();
    using deadline = startDeadline(clock, timeoutMs + lastWordMs, clientGone(request.raw));
    const { status, headers, body } = await apollo.executeHTTPGraphQLRequest({
      httpGraphQLRequest: toHttpGraphQLRequest(request),
      context: () => contextOf(request, deadline),
    });
    if (body.kind !== 'complete') throw new Error('Nothing in this graph is delivered in parts');
    // Whatever it says of caching: no cache between may keep an answer.
    headers.delete('cache-control');
    for (const [name, value] of headers) reply.header(name, value);
    reply.code(status ?? 200);
    return body.string;
  }

  async function answerInTurn(request: FastifyRequest, reply: FastifyReply): Promise<string | FastifyReply> {
    if (underWay >= limits.concurrentRequests) return overloaded(reply);
    underWay += 1;
    try {
      return await answer(request, reply);
    } finally {
      underWay -= 1;
    }
  }

  app.route({
    method: ['GET', 'POST'],
    url: '/graphql',
    exposeHeadRoute: false,
    handler: (request, reply) =>
      explorer && wantsExplorer(request) ? explorer.sendPage(reply) : answerInTurn(request, reply),
  });
}
