import http from 'node:http';
import https from 'node:https';
import { urlToHttpOptions } from 'node:url';
import { got, RequestError, TimeoutError, type Request } from 'got';
import { DingTalkError, NotSentError } from './dingtalk-error.ts';

/** No documented answer is longer than a few hundred bytes. */
const maxBodyBytes = 64 * 1024;
const connectTimeoutMs = 3000;
/** As many as calls of one API are under way at once. */
const maxKeptConnections = 20;
/** `.` and `..` survive escaping and lead to another endpoint; the rest would end the path. */
const changesPath = /(?:^|\/)(?:\.|%2e){1,2}(?:\/|$)|[?#\\]/i;

export interface UpstreamRequest {
  readonly method: 'GET' | 'POST';
  /** Below the host, beginning with a slash, every segment escaped. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** The access token, sent as `x-acs-dingtalk-access-token`. */
  readonly token?: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** The longest that this one attempt may take, from the first byte out to the last byte in. */
  readonly timeoutMs: number;
  /** Ends the attempt at once; what it is aborted with is what is thrown. */
  readonly signal: AbortSignal;
  /** Sent over a connection of its own: for what a kept one has just lost. */
  readonly newConnection?: boolean;
}

/** An answer as it came, unjudged: any status, any body up to 64 kB. */
export interface UpstreamAnswer {
  readonly status: number;
  readonly body: string;
  readonly requestId: string | undefined;
  readonly retryAfter: string | undefined;
}

export interface UpstreamClient {
  /**
   * Makes one attempt and no more: no retry, no redirect.
   *
   * @throws {DingTalkError} `unavailable` without a connection, `timeout` past `timeoutMs`, `malformed-response` for a
   * body over 64 kB (decompressed) or one that breaks HTTP.
   */
  send(request: UpstreamRequest): Promise<UpstreamAnswer>;
  /** Closes the kept connections. */
  close(): void;
}

/** The one place that speaks HTTP to DingTalk, over connections of its own that are kept open. */
export function createUpstreamClient(apiUrl: URL): UpstreamClient {
  const { origin } = apiUrl;
  const { protocol, hostname, port } = urlToHttpOptions(apiUrl);
  const isSecure = protocol === 'https:';
  const startRequest = isSecure ? https.request : http.request;
  const Agent = isSecure ? https.Agent : http.Agent;
  const agent = new Agent({ keepAlive: true, scheduling: 'lifo', maxFreeSockets: maxKeptConnections });
  const agentOfNew = new Agent();
  const api = got.extend({
    // A fifth of got's cost is the options that it would make of these: the host is always the same.
    request: ({ pathname, search }, { method, headers, agent: chosen }) =>
      startRequest({ hostname, port, path: pathname + search, method, headers, agent: chosen as http.Agent }),
    agent: { http: agent, https: agent as https.Agent },
    // A token must never follow a redirect.
    followRedirect: false,
    retry: { limit: 0 },
    throwHttpErrors: false,
    headers: {
      accept: 'application/json',
      'accept-encoding': 'identity',
      'user-agent': 'dingtalk-graphql-gateway',
    },
  });

  return {
    async send({ method, path, query = {}, token, body, timeoutMs, signal, newConnection = false }) {
      if (changesPath.test(path))
        throw new NotSentError('bad-argument', { reason: 'an id would change the path' });
      signal.throwIfAborted();
      const stream = api.stream(`${origin}${path}?${new URLSearchParams(query).toString()}`, {
        method,
        headers: {
          ...(token !== undefined && { 'x-acs-dingtalk-access-token': token }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        timeout: { connect: connectTimeoutMs, request: Math.max(1, timeoutMs) },
        ...(newConnection && { agent: { http: agentOfNew, https: agentOfNew as https.Agent } }),
      });
      const leave = (): void => void stream.destroy(signal.reason as Error);
      signal.addEventListener('abort', leave);
      try {
        const text = await collect(stream);
        const { statusCode = 0, headers = {} } = stream.response ?? {};
        return {
          status: statusCode,
          body: text,
          requestId: single(headers['x-acs-request-id']),
          retryAfter: headers['retry-after'],
        };
      } catch (error) {
        throw signal.aborted ? signal.reason : toDingTalkError(error, isUnanswered(stream));
      } finally {
        signal.removeEventListener('abort', leave);
        stream.destroy();
      }
    },
    close() {
      agent.destroy();
    },
  };
}

/** Reads to the end, counting what came out of decompression: a bomb is refused while it arrives. */
async function collect(stream: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    bytes += chunk.length;
    if (bytes > maxBodyBytes) {
      throw new DingTalkError('malformed-response', {
        reason: `the body is longer than ${maxBodyBytes} bytes`,
      });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Copies the safe fields: got's own error holds the whole request, token included. */
function toDingTalkError(error: unknown, isUnanswered: boolean): unknown {
  if (error instanceof TimeoutError) {
    return error.event === 'request'
      ? new DingTalkError('timeout')
      : new DingTalkError('unavailable', { reason: `no ${error.event} in time` });
  }
  // Of a body that could not be written got passes on the system's own error.
  const reason = codeOf(error instanceof RequestError ? (error.cause ?? error) : error) ?? codeOf(error);
  if (reason === undefined) return error;
  // Data that is not HTTP, or not the compression it claims to be.
  if (/^(?:HPE_|Z_|ERR__|ZSTD_)/.test(reason)) return new DingTalkError('malformed-response', { reason });
  const deadConnection = isUnanswered && (reason === 'ECONNRESET' || reason === 'EPIPE');
  return new DingTalkError('unavailable', { reason, ...(deadConnection && { deadConnection }) });
}

const codeOf = (error: unknown): string | undefined =>
  typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;

/** A kept connection that ends before the first byte of an answer was closed while nobody looked. */
const isUnanswered = ({ reusedSocket, response }: Request): boolean =>
  reusedSocket === true && response === undefined;

const single = (value: string | string[] | undefined): string | undefined =>
  Array.isArray(value) ? value[0] : value;
