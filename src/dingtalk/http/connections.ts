import http from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import { urlToHttpOptions } from 'node:url';
import type { Clock } from '../../async/clock.ts';

const connectTimeoutMs = 3000;
/** As many as calls of one API are under way at once. */
const maxKeptConnections = 20;

export interface OutgoingRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  /** Names and values in turn, `host` among them. */
  readonly headers: readonly string[];
  readonly body: string | undefined;
  /** Over a connection of its own: for what a kept one has just lost. */
  readonly newConnection: boolean;
}

/** Connections to one host, kept open while they are of use. */
export interface Connections {
  /** Sends it whole, in one piece. What goes wrong is an `error` of the request. */
  send(request: OutgoingRequest): http.ClientRequest;
  /** Closes those that are kept. */
  close(): void;
}

export function createConnections(url: URL, clock: Clock): Connections {
  // Made once: of a URL, Node would make them anew for every request.
  const { protocol, hostname, port } = urlToHttpOptions(url);
  const isSecure = protocol === 'https:';
  const start = isSecure ? https.request : http.request;
  const createAgent = (options: http.AgentOptions): http.Agent =>
    isSecure
      ? limitConnecting(new https.Agent(options), 'secureConnect', clock)
      : limitConnecting(new http.Agent(options), 'connect', clock);
  const kept = createAgent({ keepAlive: true, scheduling: 'lifo', maxFreeSockets: maxKeptConnections });
  const ofTheirOwn = createAgent({});

  return {
    send({ newConnection, body, ...request }) {
      return start({ hostname, port, ...request, agent: newConnection ? ofTheirOwn : kept }).end(body);
    },
    close() {
      kept.destroy();
    },
  };
}

/** Gives up connections of `agent` for which `isThere` does not happen in time. */
function limitConnecting(agent: http.Agent, isThere: 'connect' | 'secureConnect', clock: Clock): http.Agent {
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (...given) => {
    const socket = connect(...given) as Socket;
    const stopWaiting = clock.after(connectTimeoutMs, () => socket.destroy(new ConnectTimeoutError()));
    return socket.once(isThere, stopWaiting).once('close', stopWaiting);
  };
  return agent;
}

/** A host that does not say a word, or no last one of the handshake. */
class ConnectTimeoutError extends Error {
  override readonly name = 'ConnectTimeoutError';
  readonly code = 'ETIMEDOUT';

  constructor() {
    super(`no connection within ${connectTimeoutMs} ms`);
  }
}
