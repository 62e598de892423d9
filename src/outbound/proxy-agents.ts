import http from 'node:http';
import https from 'node:https';
import { isIPv6 } from 'node:net';
import type { Duplex } from 'node:stream';
import { callbackify } from 'node:util';
import { ProxyError } from './proxy-error.ts';
import { Opening, type ThroughProxy } from './opening.ts';

type Create = https.Agent['createConnection'];

/** TLS connections to other hosts, each through a tunnel of the proxy (`CONNECT`). */
export class TunnelAgent extends https.Agent {
  readonly #openings: Openings;

  constructor(options: https.AgentOptions, through: ThroughProxy) {
    super(options);
    this.#openings = new Openings(through);
  }

  override createConnection(...[options, callback]: Parameters<Create>): ReturnType<Create> {
    const host = String(options.host);
    const target = `${isIPv6(host) ? `[${host}]` : host}:${options.port}`;
    // Node's own agent reuses the TLS session and checks the certificate of the other host, not of the proxy.
    const secure = (socket: Duplex): Duplex | null | undefined =>
      super.createConnection({ ...options, socket } as typeof options);
    this.#openings.open((opening) => opening.tunnel(target, secure), callback);
    return undefined;
  }

  override destroy(): void {
    this.#openings.end();
    super.destroy();
  }
}

/** Connections to the proxy itself, for requests in plain text. */
export class ProxyAgent extends http.Agent {
  readonly #openings: Openings;

  constructor(options: http.AgentOptions, through: ThroughProxy) {
    super(options);
    this.#openings = new Openings(through);
  }

  override createConnection(...[, callback]: Parameters<Create>): ReturnType<Create> {
    this.#openings.open((opening) => opening.connect(), callback);
    return undefined;
  }

  override destroy(): void {
    this.#openings.end();
    super.destroy();
  }
}

/** The connections of one agent that cannot be used yet. */
class Openings {
  readonly #through: ThroughProxy;
  readonly #underWay = new Set<Opening>();

  constructor(through: ThroughProxy) {
    this.#through = through;
  }

  open(run: (opening: Opening) => Promise<Duplex>, callback: Parameters<Create>[1]): void {
    const opening = new Opening(this.#through);
    this.#underWay.add(opening);
    const connect = callbackify(async () => {
      try {
        const socket = await run(opening);
        this.#through.onProxy(undefined);
        return socket;
      } catch (error) {
        if (error instanceof ProxyError) this.#through.onProxy(error);
        throw error;
      } finally {
        opening.end();
        this.#underWay.delete(opening);
      }
    });
    connect((error, socket) => callback?.(error, socket));
  }

  end(): void {
    for (const opening of this.#underWay) opening.abort(new ProxyError('the gateway is stopping'));
  }
}
