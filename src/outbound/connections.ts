import http from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { urlToHttpOptions } from 'node:url';
import type { Clock } from '../async/clock.ts';
import { createSharedLookup } from '../async/shared-lookup.ts';
import type { ForwardProxy } from '../domain/forward-proxy.ts';
import { ProxyAgent, TunnelAgent } from './proxy-agents.ts';
import { refusedBy, type OnProxy, type ProxyError } from './proxy-error.ts';

/** Name lookup, all addresses, the TLS handshake and the answer of a proxy included. */
const connectTimeoutMs = 3000;
/**
 * More than all APIs together have calls in flight: beyond, each burst would open connections and close them again. The
 * host closes what it finds idle for too long.
 */
const maxKeptConnections = 256;

export interface OutgoingRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  /** Bypasses the kept connections. */
  readonly newConnection: boolean;
}

/** Connections to one host, kept open between requests; through a forward proxy where there is one. */
export interface Connections {
  /** Sends a request with its whole body. Failures are the request's `error` event: a {@link ProxyError} for the proxy's. */
  send(request: OutgoingRequest): http.ClientRequest;
  /** The proxy's refusal, if that is what the status of an answer means. */
  refusal(status: number): ProxyError | undefined;
  /** Closes the kept connections. */
  close(): void;
}

/** `onProxy` is called with every connection that `proxy` gave (undefined) or failed to give. */
export function createConnections(
  url: URL,
  clock: Clock,
  proxy?: ForwardProxy,
  onProxy: OnProxy = () => undefined,
): Connections {
  const isSecure = url.protocol === 'https:';
  // A proxy is sent requests in plain text as any host would be, but with the whole URL as their path.
  const relay = isSecure ? undefined : proxy;
  // Converted once: given a URL, Node does it for every request.
  const { protocol, hostname, port } = urlToHttpOptions(url);
  const lookup = createSharedLookup(connectTimeoutMs, clock);
  const through = proxy && { proxy, clock, lookup, timeoutMs: connectTimeoutMs, onProxy };
  const createAgent = (given: http.AgentOptions): http.Agent => {
    // The configuration decides about proxies, not NODE_USE_ENV_PROXY.
    const options = { ...given, lookup, proxyEnv: {} };
    if (through) return isSecure ? new TunnelAgent(options, through) : new ProxyAgent(options, through);
    return isSecure ? new TlsAgent(options, clock) : new TcpAgent(options, clock);
  };
  const kept = createAgent({ keepAlive: true, scheduling: 'lifo', maxFreeSockets: maxKeptConnections });
  const oneTime = createAgent({});

  return {
    send({ newConnection, body, method, path, headers }) {
      const agent = newConnection ? oneTime : kept;
      // Looked up at each call and with plain options: tracers replace `request` and read its headers.
      const { request } = isSecure ? https : http;
      const options = { protocol, hostname, port, method, agent };
      return relay
        ? request({
            ...options,
            path: `${url.origin}${path}`,
            headers: withAuthorization(headers, relay),
          }).end(body)
        : request({ ...options, path, headers }).end(body);
    },
    refusal: (status) =>
      relay && status === 407 ? refusedBy(relay, status, url.host, 'HTTP_PROXY') : undefined,
    close() {
      kept.destroy();
      if (through) oneTime.destroy();
    },
  };
}

const withAuthorization = (
  headers: OutgoingRequest['headers'],
  { authorization }: ForwardProxy,
): OutgoingRequest['headers'] =>
  authorization === undefined ? headers : { ...headers, 'proxy-authorization': authorization };

type Connect = http.Agent['createConnection'];

class TcpAgent extends http.Agent {
  readonly #clock: Clock;

  constructor(options: http.AgentOptions, clock: Clock) {
    super(options);
    this.#clock = clock;
  }

  override createConnection(...given: Parameters<Connect>): ReturnType<Connect> {
    return limitConnecting(super.createConnection(...given), 'connect', this.#clock);
  }
}

class TlsAgent extends https.Agent {
  readonly #clock: Clock;

  constructor(options: https.AgentOptions, clock: Clock) {
    super(options);
    this.#clock = clock;
  }

  override createConnection(
    ...given: Parameters<https.Agent['createConnection']>
  ): ReturnType<https.Agent['createConnection']> {
    return limitConnecting(super.createConnection(...given), 'secureConnect', this.#clock);
  }
}

/** Destroys a connection that is not ready in time: the event `ready` says that it is. */
function limitConnecting<Connection extends Duplex | Socket | null | undefined>(
  connection: Connection,
  ready: 'connect' | 'secureConnect',
  clock: Clock,
): Connection {
  if (!connection) return connection;
  const stop = clock.after(connectTimeoutMs, () => void connection.destroy(new ConnectTimeoutError()));
  connection.once(ready, stop).once('close', stop);
  return connection;
}

class ConnectTimeoutError extends Error {
  override readonly name = 'ConnectTimeoutError';
  readonly code = 'ETIMEDOUT';

  constructor() {
    super(`no connection within ${connectTimeoutMs} ms`);
  }
}
