import type { ApolloServer } from '@apollo/server';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../../async/clock.ts';
import type { LimitsConfig } from '../../config/config.ts';
import { startDeadline, type Deadline, type Waiting } from '../../async/deadline.ts';
import { graceMs } from '../../async/joint-work.ts';
import { createErrorCap } from '../../graph/limits/error-cap.ts';
import { createExplanation } from '../../graph/loading/explanation.ts';
import { createLoad, type Find } from '../../graph/loading/loading.ts';
import type { Viewer } from '../../domain/viewer.ts';
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
import { overloaded, tooLong } from '../refusal.ts';
import { logOf } from '../request-log.ts';

interface GraphQLRouteOptions {
  readonly apollo: ApolloServer<RequestContext>;
  readonly authenticator: Authenticator;
  readonly aliasOf: ViewerAlias;
  readonly rateLimit: ViewerRateLimit;
  /** Looks things up for one viewer, within one request's deadline. */
  readonly findFor: (viewer: Viewer, waiting: Waiting) => Find;
  readonly clock: Clock;
  /** One deadline for everything that is asked of others on behalf of one request, who asks included. */
  readonly timeoutMs: number;
  /** Requests may ask with `x-explain: 1` how their data came about. */
  readonly explainable: boolean;
  /** Distinct lookups of one request. */
  readonly maxLookups: number;
  readonly limits: Pick<LimitsConfig, 'answerBytes' | 'bodyBytes' | 'concurrentRequests' | 'errors'>;
  /** What a browser is answered with; undefined where the explorer is off. */
  readonly explorer: Explorer | undefined;
}

/** Bodies of all requests under way, and answers that clients have not read. */
const maxBodyBytes = 8 * 1024 * 1024;
const maxUnsentBytes = 32 * 1024 * 1024;
const largeAnswerBytes = 16 * 1024;

/** A body sent in chunks says its length nowhere. */
const bodyBytesOf = ({ method, headers }: FastifyRequest, limits: Pick<LimitsConfig, 'bodyBytes'>): number =>
  method === 'GET' ? 0 : Number(headers['content-length'] ?? limits.bodyBytes);

/** `GET` and `POST /graphql`: who asks is settled first, then loaders are made for that viewer alone. */
export function registerGraphQL(app: FastifyInstance, options: GraphQLRouteOptions): void {
  const { apollo, authenticator, aliasOf, rateLimit, findFor, clock, timeoutMs } = options;
  const { explainable, maxLookups, limits, explorer } = options;
  let underWay = 0;
  /** Of the requests under way: a parsed body takes twenty times its length. */
  let bodyBytes = 0;
  let unsentBytes = 0;

  /** Small answers are bounded by their number. */
  function countUnsent(reply: FastifyReply, bytes: number): void {
    if (bytes < largeAnswerBytes) return;
    unsentBytes += bytes;
    reply.raw.once('close', () => (unsentBytes -= bytes));
  }

  async function contextOf(request: FastifyRequest, waiting: Deadline): Promise<RequestContext> {
    try {
      const { rawHeaders: headers, socket } = request.raw;
      const credentials = { headers, address: socket.remoteAddress };
      const viewer = await authenticator.authenticate(credentials, waiting.signal);
      request.viewerAlias = () => aliasOf(viewer);
      rateLimit.admit(viewer);
      const asksHow = explainable && request.headers['x-explain'] === '1';
      const explanation = asksHow ? createExplanation() : undefined;
      const load = createLoad({ find: findFor(viewer, waiting), maxLookups, explanation });
      return { load, explanation, errorCap: createErrorCap(limits.errors), log: () => logOf(request) };
    } catch (thrown) {
      const error = toIdentityError(thrown);
      // Apollo Server would log it without the request's id.
      logError(logOf(request), error);
      throw error;
    }
  }

  async function answer(request: FastifyRequest, reply: FastifyReply): Promise<string | FastifyReply> {
    await nextTurn();
    if (unsentBytes > maxUnsentBytes) return overloaded(reply);
    using deadline = startDeadline(clock, timeoutMs + graceMs, clientGone(request.raw));
    const { status, headers, body } = await apollo.executeHTTPGraphQLRequest({
      httpGraphQLRequest: toHttpGraphQLRequest(request),
      context: () => contextOf(request, deadline),
    });
    if (body.kind !== 'complete') throw new Error('Nothing in this graph is delivered in parts');
    // Whatever it says of caching: no cache between may keep an answer.
    headers.delete('cache-control');
    for (const [name, value] of headers) reply.header(name, value);
    const bytes = Buffer.byteLength(body.string);
    if (bytes > limits.answerBytes) return tooLong(reply, bytes, limits.answerBytes);
    countUnsent(reply, bytes);
    reply.code(status ?? 200);
    return body.string;
  }

  async function answerInTurn(request: FastifyRequest, reply: FastifyReply): Promise<string | FastifyReply> {
    const bytes = bodyBytesOf(request, limits);
    const isTooMuch = bodyBytes + bytes > Math.max(maxBodyBytes, 4 * limits.bodyBytes);
    if (underWay >= limits.concurrentRequests || isTooMuch) return overloaded(reply);
    bodyBytes += bytes;
    underWay += 1;
    try {
      return await answer(request, reply);
    } finally {
      underWay -= 1;
      bodyBytes -= bytes;
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
