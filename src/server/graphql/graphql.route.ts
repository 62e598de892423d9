import type { ApolloServer } from '@apollo/server';
import type { GraphQLFormattedError } from 'graphql';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../../async/clock.ts';
import type { LimitsConfig } from '../../config/config.ts';
import { Deadline, type Waiting } from '../../async/deadline.ts';
import { graceMs } from '../../async/joint-work.ts';
import { Cursors } from '../../graph/dentry/cursor.ts';
import { AnswerBudget } from '../../graph/limits/answer-budget.ts';
import { ErrorCap } from '../../graph/limits/error-cap.ts';
import { AnswerFreshness } from '../../graph/loading/answer-freshness.ts';
import { LookupTally } from '../../graph/loading/lookup-tally.ts';
import { createExplanation } from '../../graph/loading/explanation.ts';
import { Loading, type Find } from '../../graph/loading/loading.ts';
import type { OriginCheck } from '../../domain/origin.ts';
import type { Seal } from '../../domain/seal.ts';
import type { OperationSpan, Tracer } from '../../domain/tracer.ts';
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
import { logLimited } from '../../observability/error-log.ts';
import type { LineLimit } from '../../observability/line-limit.ts';
import { createAdmission } from './admission.ts';
import { allowReuse } from './allow-reuse.ts';
import { costOf, type OrganizationCost } from './answer-cost.ts';
import type { AskedDocument, Documents } from './documents.ts';
import { toHttpGraphQLRequest } from './http-graphql-request.ts';
import { OperationRecord } from '../operation-record.ts';
import type { RequestLines } from '../request-line.ts';
import { graphqlResponse, preferredMediaType } from '../media-types.ts';
import { overloaded, refusalIn, refusedBy, RefusedRequestError, tooLong } from '../refusal.ts';
import { logOf } from '../request-log.ts';
import { partialSuccess } from './status.ts';
import { tracedBy } from '../trace-requests.ts';
import { wantsFresh } from './wants-fresh.ts';

interface GraphQLRouteOptions {
  readonly apollo: ApolloServer<RequestContext>;
  /** Which documents are executed. */
  readonly documents: Documents;
  readonly authenticator: Authenticator;
  /** By `CORS_ORIGINS`. */
  readonly isAllowedOrigin: OriginCheck;
  readonly aliasOf: ViewerAlias;
  readonly rateLimit: ViewerRateLimit;
  /** Makes the lookups of one viewer, within one request's deadline. */
  readonly findFor: (
    viewer: Viewer,
    waiting: Waiting,
    asking: { readonly operation: OperationSpan | undefined; readonly isFresh: boolean },
  ) => Find;
  /** Requests may ask with `cache-control: no-cache` for what they need to be looked up again. */
  readonly freshable: boolean;
  readonly tracer: Tracer | undefined;
  /** Called with the API key's name of each request that has one. */
  readonly onKey: (keyName: string) => void;
  readonly clock: Clock;
  /** One deadline for all outgoing calls of a request, authentication included. */
  readonly timeoutMs: number;
  /** For errors before anyone is authenticated. */
  readonly lineLimit: LineLimit;
  /** Undefined where requests have no lines in the log. */
  readonly requestLines: Pick<RequestLines, 'left'> | undefined;
  /** Requests may ask with `x-explain: 1` where their data came from. */
  readonly explainable: boolean;
  /** What is left to the viewer's organization for calls to `apis`, for requests with `x-cost: 1`. */
  readonly leftTo: (viewer: Viewer, apis: readonly string[]) => Promise<OrganizationCost>;
  /** Requests may ask for Apollo's inline trace. */
  readonly traced: boolean;
  /** How long caches in front may keep an answer at most; undefined: they may keep none. */
  readonly reusableMs: number | undefined;
  /** The most distinct lookups of one request. */
  readonly maxLookups: number;
  readonly limits: Pick<
    LimitsConfig,
    'answerBytes' | 'answerFields' | 'bodyBytes' | 'concurrentRequests' | 'errors'
  >;
  /** Seals cursors. */
  readonly seal: Seal;
  /** Answers browsers; undefined: the explorer is off. */
  readonly explorer: Explorer | undefined;
}

/** By it a router asks for Apollo's inline trace. */
const traceHeader = 'apollo-federation-include-trace';

/** `GET` and `POST /graphql`: authenticates the viewer, then executes with loaders of that viewer alone. */
export function registerGraphQL(app: FastifyInstance, options: GraphQLRouteOptions): void {
  const { apollo, authenticator, isAllowedOrigin, aliasOf, rateLimit, findFor, seal, clock, timeoutMs } =
    options;
  const { explainable, traced, reusableMs, maxLookups, limits, explorer, onKey, lineLimit, requestLines } =
    options;
  const { leftTo, freshable } = options;
  const admission = createAdmission(limits, clock);
  const wallMs = (): number => clock.wallMs();
  const isTraced = ({ headers }: FastifyRequest): boolean => traced && headers[traceHeader] === 'ftv1';

  async function contextOf(
    request: FastifyRequest,
    mediaType: string,
    waiting: Deadline,
    document: AskedDocument,
  ): Promise<RequestContext> {
    try {
      const { rawHeaders: headers, socket } = request.raw;
      const credentials = { headers, address: socket.remoteAddress };
      const viewer = await authenticator.authenticate(credentials, waiting.signal);
      request.viewerAlias = () => aliasOf(viewer);
      if (viewer.keyName !== undefined) {
        request.keyName = viewer.keyName;
        onKey(viewer.keyName);
      }
      const admitted = rateLimit.admit(viewer);
      if (admitted) await admitted;
      const documentId = document.admit(mediaType);
      if (request.operation) request.operation.documentId = documentId;
      const isExplained = explainable && request.headers['x-explain'] === '1';
      const explanation = isExplained ? createExplanation() : undefined;
      const isCosted = request.headers['x-cost'] === '1';
      const tally = request.operation?.tally ?? (isCosted ? new LookupTally() : undefined);
      if (reusableMs !== undefined && !isExplained && !isCosted && !isTraced(request))
        request.freshness = new AnswerFreshness();
      const { freshness } = request;
      const span = request.span?.operation();
      const loading = new Loading({
        find: findFor(viewer, waiting, {
          operation: span,
          isFresh: freshable && wantsFresh(request.headers),
        }),
        maxLookups,
        explanation,
        tally,
        freshness,
      });
      return {
        load: loading.load,
        explanation,
        errorCap: new ErrorCap(limits.errors),
        answerBudget: new AnswerBudget(limits.answerFields),
        cursors: new Cursors(seal, viewer),
        wallMs,
        log: () => logOf(request),
        mediaType,
        span,
        record: request.operation,
        freshness,
        cost: isCosted && tally ? async () => costOf(tally, await leftTo(viewer, loading.apis)) : undefined,
      };
    } catch (thrown) {
      const error = toIdentityError(thrown);
      // Logged here, because Apollo Server does not know the request's id.
      const level = logLimited(logOf(request), lineLimit, error);
      if (request.operation) request.operation.level = level;
      request.refused = refusedBy(error);
      throw error;
    }
  }

  async function answer(request: FastifyRequest, reply: FastifyReply): Promise<string | FastifyReply> {
    await nextTurn();
    const mediaType = preferredMediaType(request.headers.accept);
    if (mediaType === undefined) throw notAcceptable();
    const { httpGraphQLRequest, document } = toHttpGraphQLRequest(
      request,
      options.documents,
      isAllowedOrigin,
    );
    if (admission.isBackedUp()) return overloaded(reply);
    if (requestLines) request.operation = new OperationRecord();
    using deadline = new Deadline(clock, timeoutMs + graceMs, clientGone(request.raw));
    if (isTraced(request)) httpGraphQLRequest.headers.set(traceHeader, 'ftv1');
    const {
      status = 200,
      headers,
      body,
    } = await apollo.executeHTTPGraphQLRequest({
      httpGraphQLRequest,
      context: () => contextOf(request, mediaType, deadline, document),
    });
    if (body.kind !== 'complete') throw new Error('Incremental delivery is not supported');
    // Keeps the `no-store` of every answer, unless `allowReuse` replaces it.
    headers.delete('cache-control');
    for (const [name, value] of headers) reply.header(name, value);
    reply.type(status < 400 ? mediaType : graphqlResponse);
    if (request.raw.socket.destroyed) requestLines?.left(request, reply);
    // Refused for its form, before there was an operation to record.
    const { operation, refused } = request;
    if (operation && !operation.codes && !refused && status >= 400) {
      request.refused = refusalIn((JSON.parse(body.string) as { errors: GraphQLFormattedError[] }).errors);
    }
    const bytes = Buffer.byteLength(body.string);
    if (bytes > limits.answerBytes) return tooLong(reply, bytes, limits.answerBytes);
    admission.countUnsent(reply, bytes);
    if (reusableMs !== undefined) allowReuse(reply, clock.nowMs(), reusableMs);
    reply.code(status);
    if (status === partialSuccess.code) reply.raw.statusMessage = partialSuccess.message;
    return body.string;
  }

  app.route({
    method: ['GET', 'POST'],
    url: '/graphql',
    exposeHeadRoute: false,
    ...tracedBy(options.tracer),
    handler: (request, reply) =>
      explorer && wantsExplorer(request)
        ? explorer.sendPage(reply)
        : admission.admit(request, reply, () => answer(request, reply)),
  });
}

const notAcceptable = (): RefusedRequestError =>
  new RefusedRequestError(
    406,
    'Answers are application/graphql-response+json or application/json: accept one of them.',
  );
