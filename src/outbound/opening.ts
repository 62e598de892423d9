import { once } from 'node:events';
import http, { type IncomingMessage } from 'node:http';
import net, { type LookupFunction } from 'node:net';
import type { Duplex } from 'node:stream';
import tls from 'node:tls';
import { isNativeError } from 'node:util/types';
import type { Clock } from '../async/clock.ts';
import { proxyName, type ForwardProxy } from '../domain/forward-proxy.ts';
import { ProxyError, refusedBy, type OnProxy } from './proxy-error.ts';

export interface ThroughProxy {
  readonly proxy: ForwardProxy;
  readonly clock: Clock;
  readonly lookup: LookupFunction;
  /** For everything until the connection can be used. */
  readonly timeoutMs: number;
  readonly onProxy: OnProxy;
}

/** Opens one connection within the time limit. Its failure says how far it came. */
export class Opening {
  readonly #through: ThroughProxy;
  readonly #cancelTimer: () => void;
  /** What is waited for, and how the log calls it. */
  #waiting: { readonly on: Duplex | http.ClientRequest; readonly failed: string } | undefined;

  constructor(through: ThroughProxy) {
    this.#through = through;
    const { clock, timeoutMs } = through;
    this.#cancelTimer = clock.after(timeoutMs, () =>
      this.abort(new ProxyError(`${this.#waiting?.failed}: no answer within ${timeoutMs} ms`)),
    );
  }

  end(): void {
    this.#cancelTimer();
  }

  abort(error: ProxyError): void {
    this.#waiting?.on.destroy(error);
  }

  async connect(): Promise<net.Socket> {
    const { proxy, lookup } = this.#through;
    const { protocol, hostname, port } = proxy.url;
    const isSecure = protocol === 'https:';
    const host = hostname.replace(/^\[(.*)\]$/, '$1');
    const options = { host, port: Number(port || (isSecure ? 443 : 80)), lookup, noDelay: true };
    const socket = isSecure
      ? tls.connect({ ...options, servername: net.isIP(host) === 0 ? host : '' })
      : net.connect(options);
    await this.#until(socket, isSecure ? 'secureConnect' : 'connect', 'cannot be reached');
    return socket;
  }

  async tunnel(target: string, secure: (socket: Duplex) => Duplex | null | undefined): Promise<Duplex> {
    const { proxy } = this.#through;
    const socket = await this.connect();
    const request = http.request({
      method: 'CONNECT',
      path: target,
      headers: {
        host: target,
        connection: 'keep-alive',
        'user-agent': 'dingtalk-graphql-gateway',
        ...(proxy.authorization !== undefined && { 'proxy-authorization': proxy.authorization }),
      },
      createConnection: () => socket,
    });
    request.end();
    const [answer, , head] = (await this.#until(request, 'connect', 'did not answer CONNECT')) as [
      IncomingMessage,
      Duplex,
      Buffer,
    ];
    const { statusCode = 0 } = answer;
    if (statusCode < 200 || statusCode > 299) {
      socket.destroy();
      throw refusedBy(proxy, statusCode, target, 'HTTPS_PROXY');
    }
    if (head.length > 0) socket.unshift(head);
    const secured = secure(socket);
    if (!secured) throw new ProxyError('there is no TLS connection');
    socket.on('error', (error) => secured.destroy(error));
    await this.#until(secured, 'secureConnect', `gave no way to ${target}`);
    return secured;
  }

  async #until(
    on: Duplex | http.ClientRequest,
    event: 'connect' | 'secureConnect',
    failure: string,
  ): Promise<unknown[]> {
    const failed = `the proxy ${proxyName(this.#through.proxy)} ${failure}`;
    this.#waiting = { on, failed };
    // An error after this step must not end the process.
    on.on('error', () => undefined);
    try {
      return await once(on, event);
    } catch (error) {
      if (error instanceof ProxyError) throw error;
      throw new ProxyError(`${failed}: ${codeOf(error)}`);
    }
  }
}

const codeOf = (error: unknown): string =>
  isNativeError(error) && 'code' in error ? String(error.code) : 'an unknown error';
