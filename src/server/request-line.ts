import type { FastifyReply, FastifyRequest } from 'fastify';
import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import { isOrigin } from '../domain/origin.ts';
import type { LineLimit } from '../observability/line-limit.ts';
import { foreignPageReason } from './foreign-pages.ts';
import type { CodeCounts, OperationRecord } from './operation-record.ts';
import { isProbe } from './probed.ts';
import { logFieldsOf, type RequestFields } from './request-log.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** A page loads many of them: their lines are at `debug`. */
    readonly isAsset?: true;
  }
}

const maxClientLength = 64;
/** As long as the SHA-256 with its prefix. */
const maxDocumentIdLength = 71;
const printable = /^[\x20-\x7e]+$/;
/** Longer than any host name. */
const maxOriginLength = 300;
/** Of so many pages the first refusal is logged, and not those after it. */
const maxKnownOrigins = 1000;

/** The line of one request. docs/operating.md describes each field. */
interface RequestLine extends RequestFields {
  readonly method: string;
  /** Not the URL: a query string may hold anything. */
  readonly route: string | undefined;
  readonly status: number;
  readonly ms: number;
  readonly bytes: number;
  readonly codes?: CodeCounts;
  readonly reason?: string;
  readonly origin?: string;
}

/**
 * Logs one line for each request:
 *
 * - `answered`: with data, or where there is none to be had, with a status below 400;
 * - `refused`: the request is not one that the gateway serves, or not now. Ten lines a second for each reason;
 * - `failed`: no data, because of DingTalk or the gateway, at the level of the most urgent error. Ten lines a second for each
 *   reason where nothing was executed;
 * - `left`: the client closed the connection before its answer. Ten lines a second.
 */
export interface RequestLines {
  /** The answer is sent. */
  ended(request: FastifyRequest, reply: FastifyReply): void;
  /** The answer cannot be sent. */
  left(request: FastifyRequest, reply: FastifyReply): void;
}

export function createRequestLines(logger: Logger, limit: LineLimit): RequestLines {
  // Looking for secrets to redact costs twenty times the line, and its fields are all listed here.
  const log = logger.child({}, { redact: [] });
  const knownOrigins = new LRUCache<string, true>({ max: maxKnownOrigins });

  /** A browser asks before each request of the page. */
  function logOrigin(origin: string, request: FastifyRequest, reply: FastifyReply): void {
    if (knownOrigins.has(origin)) return;
    const reason = 'CORS_ORIGINS does not name the origin';
    limit.write(reason, () => {
      // Here: an origin whose line is left out has its turn with a later request.
      knownOrigins.set(origin, true);
      log.info({ ...lineOf(request, reply), origin, reason }, 'refused');
    });
  }

  function logEnded(request: FastifyRequest, reply: FastifyReply): void {
    const { operation } = request;
    switch (outcomeOf(request, reply.statusCode)) {
      case 'refused': {
        const reason = reasonOf(request) ?? `HTTP ${reply.statusCode}`;
        limit.write(reason, () => log.info(lineOf(request, reply), 'refused'));
        return;
      }
      case 'failed': {
        const write = (): void => log[levelOf(operation, reply.statusCode)](lineOf(request, reply), 'failed');
        // Also without credentials, where these cannot be checked.
        if (request.refused) limit.write(request.refused.reason, write);
        else write();
        return;
      }
      case 'routine':
        if (log.isLevelEnabled('debug')) log.debug(lineOf(request, reply), 'answered');
        return;
      case 'answered':
        log.info(lineOf(request, reply), 'answered');
    }
  }

  return {
    ended(request, reply) {
      const origin = refusedOrigin(request, reply);
      if (origin === undefined) logEnded(request, reply);
      else logOrigin(origin, request, reply);
    },
    left(request, reply) {
      // What its aborted fields would have said is no answer.
      const noAnswer = { status: undefined, bytes: undefined, codes: undefined, reason: undefined };
      limit.write('left', () => log.info({ ...lineOf(request, reply), ...noAnswer }, 'left'));
    },
  };
}

/** The origin of a page whose browser has asked whether it may send a request, and will not, or has sent a GET without asking. */
function refusedOrigin(
  { method, headers, refused }: FastifyRequest,
  reply: FastifyReply,
): string | undefined {
  const { origin } = headers;
  const isPreflight = method === 'OPTIONS' && headers['access-control-request-method'] !== undefined;
  const isSimple = refused?.reason === foreignPageReason;
  if (origin === undefined || !(isPreflight || isSimple) || reply.hasHeader('access-control-allow-origin'))
    return undefined;
  const isKnown = origin === 'null' || (origin.length <= maxOriginLength && isOrigin(origin));
  return isKnown ? origin : 'not an origin';
}

function outcomeOf(request: FastifyRequest, status: number): 'answered' | 'refused' | 'failed' | 'routine' {
  const { refused, operation } = request;
  if (refused?.code === 'GATEWAY_OVERLOADED') return 'refused';
  // Asked every two seconds. What keeps the gateway from being ready has a line of its own.
  const isRoutine = isProbe(request) || request.routeOptions.config.isAsset === true;
  if (isRoutine && refused === undefined) return 'routine';
  if (status >= 500) return 'failed';
  // Apollo's clients get 200 where they are to send the text of a document.
  if (status >= 400 || refused || operation?.refused) return 'refused';
  return operation?.isFailed === true ? 'failed' : 'answered';
}

function levelOf(operation: OperationRecord | undefined, status: number): 'error' | 'warn' | 'info' {
  if (operation?.level === 'error' || status === 500) return 'error';
  return operation?.level === 'warn' || status > 500 ? 'warn' : 'info';
}

const reasonOf = ({ refused, operation }: FastifyRequest): string | undefined =>
  (refused ?? operation?.refused)?.reason;

function lineOf(request: FastifyRequest, reply: FastifyReply): RequestLine {
  const { method, routeOptions, operation, refused } = request;
  const reason = reasonOf(request);
  const codes = refused ? { [refused.code]: 1 } : operation?.codes;
  return {
    ...logFieldsOf(request),
    method,
    route: routeOptions.url,
    status: reply.statusCode,
    ms: Math.round(reply.elapsedTime),
    bytes: Number(reply.getHeader('content-length') ?? 0),
    ...(operation && operationFields(operation, request)),
    ...(codes && { codes }),
    ...(reason !== undefined && { reason }),
  };
}

function operationFields(
  { name, type, document, documentId, tally }: OperationRecord,
  { headers }: FastifyRequest,
): object {
  const client = nameIn(headers['apollographql-client-name'] ?? headers['graphql-client-name']);
  const clientVersion = nameIn(headers['apollographql-client-version'] ?? headers['graphql-client-version']);
  const { lookups, calls, memory, redis, joined, stale, waitMs } = tally;
  return {
    operation: name,
    operationType: type,
    document,
    ...(documentId !== undefined && { documentId: documentId.slice(0, maxDocumentIdLength) }),
    ...(client !== undefined && { client }),
    ...(clientVersion !== undefined && { clientVersion }),
    lookups,
    calls,
    memory,
    redis,
    joined,
    stale,
    waitMs: Math.round(waitMs),
  };
}

/** What a client calls itself; undefined where it is no printable text. */
const nameIn = (header: string | readonly string[] | undefined): string | undefined =>
  typeof header === 'string' && printable.test(header) ? header.slice(0, maxClientLength) : undefined;
