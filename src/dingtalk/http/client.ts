import type { ClientRequest, IncomingMessage } from 'node:http';
import { stringify } from 'node:querystring';
import { got, RequestError, type Request } from 'got';
import type { Clock } from '../../async/clock.ts';
import { nextTurn } from '../../async/next-turn.ts';
import type { Signal } from '../../async/abort.ts';
import type { Method } from '../../domain/endpoint.ts';
import { pathPrefix } from '../../domain/upstream.ts';
import type { ForwardProxy } from '../../domain/forward-proxy.ts';
import { DingTalkError, NotSentError } from '../../errors/dingtalk-error.ts';
import { createConnections } from '../../outbound/connections.ts';
import { ProxyError, type OnProxy } from '../../outbound/proxy-error.ts';

/** No documented answer about one thing is longer than a few hundred bytes. */
const defaultMaxAnswerBytes = 64 * 1024;
/** Segments `.` and `..` lead to another endpoint, escaped as well; the other characters would end the path. */
const changesPath = /(?:^|\/)(?:\.|%2e){1,2}(?:\/|$)|[?#\\]/i;
/** Within an id: an egress gateway that undoes the escapes of slashes would leave its path, with a token. */
const leavesPrefix = /(?:\/|%2f|%5c)(?:\.|%2e){1,2}(?:\/|%2f|%5c|$)/i;

export interface UpstreamRequest {
  readonly method: Method;
  /** Below the upstream's own path, beginning with a slash, every segment escaped. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>> | undefined;
  /** Sent as `x-acs-dingtalk-access-token`. */
  readonly token?: string | undefined;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Decompressed; by default 64 kB. */
  readonly maxAnswerBytes?: number | undefined;
  /** Ends the attempt at once; its reason is thrown. */
  readonly signal: Signal;
  /** Bypasses the kept connections. */
  readonly newConnection?: boolean | undefined;
}

/** An answer as it came: any status, any body up to the request's bound. */
export interface UpstreamAnswer {
  readonly status: number;
  readonly body: string;
  readonly requestId: string | undefined;
  readonly retryAfter: string | undefined;
}

export interface UpstreamClient {
  /**
   * Sends the request once: no retry, no redirect.
   *
   * @throws {DingTalkError} `unavailable` without a connection, `misconfigured` where a forward proxy refuses one,
   * `malformed-response` for a body beyond the bound or one that breaks HTTP; or what `signal` is aborted with.
   */
  send(request: UpstreamRequest): Promise<UpstreamAnswer>;
  /** Closes the kept connections. */
  close(): void;
}

/**
 * HTTP to DingTalk. got reads and decompresses the answer and makes one kind of error of all that may fail; the request
 * itself is one of `node:http`, on the connections of this client. got's own request costs a third more CPU a lookup, for
 * timers, options and events that nothing here needs, and its errors would hold the token and the query.
 */
export function createUpstreamClient(
  apiUrl: URL,
  clock: Clock,
  proxy?: ForwardProxy,
  onProxy?: OnProxy,
): UpstreamClient {
  const { origin } = apiUrl;
  const prefix = pathPrefix(apiUrl);
  const connections = createConnections(apiUrl, clock, proxy, onProxy);
  const api = got.extend({
    // A token must never follow a redirect.
    followRedirect: false,
    // Other steps decide about retries, deadlines and statuses.
    retry: { limit: 0 },
    throwHttpErrors: false,
  });

  return {
    async send({ method, path, query = {}, token, body, maxAnswerBytes, signal, newConnection = false }) {
      if (changesPath.test(path) || (prefix !== '' && leavesPrefix.test(path)))
        throw new NotSentError('bad-argument', {
          reason: 'an id would change the path',
          public: { message: 'An id has a part "." or ".." between slashes: correct it.' },
        });
      signal.throwIfAborted();
      const json = body === undefined ? undefined : JSON.stringify(body);
      const search = stringify(query);
      const headers: Record<string, string> = {
        accept: 'application/json',
        'accept-encoding': 'identity',
        'user-agent': 'dingtalk-graphql-gateway',
      };
      if (token !== undefined) headers['x-acs-dingtalk-access-token'] = token;
      if (json !== undefined) {
        headers['content-type'] = 'application/json';
        headers['content-length'] = String(Buffer.byteLength(json));
      }
      let sent: ClientRequest | undefined;
      let stream: Request | undefined;
      let giveUp: ((reason: unknown) => void) | undefined;
      const leave = (): void => {
        sent?.destroy(signal.reason as Error);
        // A request that waits for a proxy has no connection yet, and reports nothing until it has one.
        giveUp?.(signal.reason);
      };
      signal.addEventListener('abort', leave);
      try {
        const text = await new Promise<string>((resolve, reject) => {
          giveUp = reject;
          // got gets the origin only: its errors hold all that it knows.
          stream = api.stream(origin, {
            request: () =>
              new Promise<IncomingMessage>((answered) => {
                signal.throwIfAborted();
                sent = connections.send({
                  method,
                  path: search === '' ? `${prefix}${path}` : `${prefix}${path}?${search}`,
                  headers,
                  body: json,
                  newConnection,
                });
                sent.once('response', answered).on('error', reject);
              }),
          });
          collect(stream, maxAnswerBytes ?? defaultMaxAnswerBytes, resolve, reject);
        });
        await nextTurn();
        const { statusCode = 0, headers: received = {} } = stream?.response ?? {};
        const refusal = connections.refusal(statusCode);
        if (refusal) throw refusal;
        return {
          status: statusCode,
          body: text,
          requestId: single(received['x-acs-request-id']),
          retryAfter: received['retry-after'],
        };
      } catch (error) {
        sent?.destroy();
        // A kept connection that ends before the first byte of an answer was already dead.
        const isUnanswered = sent?.reusedSocket === true && stream?.response === undefined;
        throw signal.aborted ? signal.reason : toDingTalkError(error, isUnanswered);
      } finally {
        signal.removeEventListener('abort', leave);
      }
    },
    close: () => connections.close(),
  };
}

/** Reads the whole body. Counts decompressed bytes: a decompression bomb is refused while it arrives. */
function collect(
  stream: Request,
  maxBytes: number,
  resolve: (text: string) => void,
  reject: (error: unknown) => void,
): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  stream.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    chunks.push(chunk);
    if (bytes <= maxBytes) return;
    const reason = `the body is longer than ${maxBytes} bytes`;
    reject(new DingTalkError('malformed-response', { reason }));
  });
  stream.once('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
  stream.on('error', reject);
}

/** Copies safe fields only: an error of got or Node holds the request with its token. */
function toDingTalkError(error: unknown, isUnanswered: boolean): unknown {
  if (error instanceof ProxyError) {
    const details = { reason: error.message, atProxy: true } as const;
    return error.isRefusal
      ? new DingTalkError('misconfigured', { ...details, public: { message: refusedByProxy } })
      : new DingTalkError('unavailable', details);
  }
  // For a body that could not be written, got passes on the system's error.
  const reason = codeOf(error instanceof RequestError ? (error.cause ?? error) : error) ?? codeOf(error);
  if (reason === undefined) return error;
  // Data that is not HTTP, or not the compression it claims to be.
  if (/^(?:HPE_|Z_|ERR__|ZSTD_)/.test(reason)) return new DingTalkError('malformed-response', { reason });
  const deadConnection = isUnanswered && (reason === 'ECONNRESET' || reason === 'EPIPE');
  return new DingTalkError('unavailable', { reason, ...(deadConnection && { deadConnection }) });
}

const refusedByProxy =
  "This gateway's forward proxy refuses its calls to DingTalk: its operator can change that, not you.";

const codeOf = (error: unknown): string | undefined =>
  typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;

const single = (value: string | string[] | undefined): string | undefined =>
  Array.isArray(value) ? value[0] : value;
