import http from 'node:http';
import https from 'node:https';
import got, { RequestError, TimeoutError, type Request } from 'got';
import { DingTalkError, NotSentError } from './dingtalk-error.ts';

/** No documented answer is longer than a few hundred bytes. */
const maxBodyBytes = 64 * 1024;
const connectTimeoutMs = 3000;

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
  const agentOptions = { keepAlive: true, scheduling: 'lifo', maxFreeSockets: 20 } as const;
  const agents = { http: new http.Agent(agentOptions), https: new https.Agent(agentOptions) };
  const newConnectionAgents = { http: new http.Agent(), https: new https.Agent() };
  const api = got.extend({
    agent: agents,
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
      const url = new URL(path, apiUrl);
      // `.` and `..` survive escaping and lead to another endpoint.
      if (url.pathname !== path)
        throw new NotSentError('bad-argument', { reason: 'an id would change the path' });
      for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
      const stream = api.stream(url, {
        method,
        headers: {
          ...(token !== undefined && { 'x-acs-dingtalk-access-token': token }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        timeout: { connect: connectTimeoutMs, request: Math.max(1, timeoutMs) },
        ...(newConnection && { agent: newConnectionAgents }),
        signal,
      });
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
        stream.destroy();
      }
    },
    close() {
      agents.http.destroy();
      agents.https.destroy();
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
  if (!(error instanceof RequestError)) return error;
  // Data that is not HTTP, or not the compression it claims to be.
  if (/^(?:HPE_|Z_|ERR__|ZSTD_)/.test(causeCode(error)))
    return new DingTalkError('malformed-response', { reason: causeCode(error) });
  const deadConnection = isUnanswered && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
  return new DingTalkError('unavailable', { reason: error.code, ...(deadConnection && { deadConnection }) });
}

function causeCode({ code, cause }: RequestError): string {
  const causedBy = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined;
  return typeof causedBy === 'string' ? causedBy : code;
}

/** A kept connection that ends before the first byte of an answer was closed while nobody looked. */
const isUnanswered = ({ reusedSocket, response }: Request): boolean =>
  reusedSocket === true && response === undefined;

const single = (value: string | string[] | undefined): string | undefined =>
  Array.isArray(value) ? value[0] : value;
