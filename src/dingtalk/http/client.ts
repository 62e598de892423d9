import type { ClientRequest, IncomingMessage } from 'node:http';
import { stringify } from 'node:querystring';
import { got, RequestError, type Request } from 'got';
import type { Clock } from '../../async/clock.ts';
import { nextTurn } from '../../async/next-turn.ts';
import type { Signal } from '../../async/abort.ts';
import { createConnections } from './connections.ts';
import { DingTalkError, NotSentError } from '../../errors/dingtalk-error.ts';
import type { About } from '../resilience/judgement.ts';

/** No documented answer is longer than a few hundred bytes. */
const maxBodyBytes = 64 * 1024;
const ownHeaders = [
  ['accept', 'application/json'],
  ['accept-encoding', 'identity'],
  ['user-agent', 'dingtalk-graphql-gateway'],
].flat();
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
  /** Ends the attempt at once, a deadline's included; what it is aborted with is what is thrown. */
  readonly signal: Signal;
  /** Sent over a connection of its own: for what a kept one has just lost. */
  readonly newConnection?: boolean;
  /** Stays in this process: what a failure of this call speaks for. */
  readonly about: About;
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
   * @throws {DingTalkError} `unavailable` without a connection, `malformed-response` for a body over 64 kB
   * (decompressed) or one that breaks HTTP; or what `signal` is aborted with.
   */
  send(request: UpstreamRequest): Promise<UpstreamAnswer>;
  /** Closes the kept connections. */
  close(): void;
}

/** The one place that speaks HTTP to DingTalk, over connections of its own that are kept open. */
export function createUpstreamClient(apiUrl: URL, clock: Clock): UpstreamClient {
  const { origin, host } = apiUrl;
  const connections = createConnections(apiUrl, clock);
  const api = got.extend({
    // A token must never follow a redirect.
    followRedirect: false,
    // Retries, deadlines and what a status means are for others to say.
    retry: { limit: 0 },
    throwHttpErrors: false,
  });

  return {
    async send({ method, path, query = {}, token, body, signal, newConnection = false }) {
      if (changesPath.test(path))
        throw new NotSentError('bad-argument', { reason: 'an id would change the path' });
      signal.throwIfAborted();
      const json = body === undefined ? undefined : JSON.stringify(body);
      const search = stringify(query);
      // As a list, Node writes them as they are.
      const headers = ['host', host, ...ownHeaders];
      if (token !== undefined) headers.push('x-acs-dingtalk-access-token', token);
      if (json !== undefined) {
        headers.push('content-type', 'application/json');
        headers.push('content-length', String(Buffer.byteLength(json)));
      }
      let sent: ClientRequest | undefined;
      let stream: Request | undefined;
      const leave = (): void => void sent?.destroy(signal.reason as Error);
      signal.addEventListener('abort', leave);
      try {
        const text = await new Promise<string>((resolve, reject) => {
          // The host is all that got is told: its errors hold whatever it knows. A third of its cost is the timers,
          // options and events that it would make for a request of its own.
          stream = api.stream(origin, {
            request: () =>
              new Promise<IncomingMessage>((answered) => {
                signal.throwIfAborted();
                sent = connections.send({
                  method,
                  path: search === '' ? path : `${path}?${search}`,
                  headers,
                  body: json,
                  newConnection,
                });
                sent.once('response', answered).on('error', reject);
              }),
          });
          collect(stream, resolve, reject);
        });
        await nextTurn();
        const { statusCode = 0, headers: told = {} } = stream?.response ?? {};
        return {
          status: statusCode,
          body: text,
          requestId: single(told['x-acs-request-id']),
          retryAfter: told['retry-after'],
        };
      } catch (error) {
        sent?.destroy();
        // A kept connection that ends before the first byte of an answer was closed while nobody looked.
        const isUnanswered = sent?.reusedSocket === true && stream?.response === undefined;
        throw signal.aborted ? signal.reason : toDingTalkError(error, isUnanswered);
      } finally {
        signal.removeEventListener('abort', leave);
      }
    },
    close: () => connections.close(),
  };
}

/** Reads to the end, counting what came out of decompression: a bomb is refused while it arrives. */
function collect(stream: Request, resolve: (text: string) => void, reject: (error: unknown) => void): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  stream.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    chunks.push(chunk);
    if (bytes <= maxBodyBytes) return;
    const reason = `the body is longer than ${maxBodyBytes} bytes`;
    reject(new DingTalkError('malformed-response', { reason }));
  });
  stream.once('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
  stream.on('error', reject);
}

/** Copies the safe fields: got's own error holds the whole request, token included. */
function toDingTalkError(error: unknown, isUnanswered: boolean): unknown {
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

const single = (value: string | string[] | undefined): string | undefined =>
  Array.isArray(value) ? value[0] : value;
