import net, { isIP, type LookupFunction } from 'node:net';
import tls from 'node:tls';
import { AbstractConnector, type RedisOptions } from 'ioredis';
import type { Node } from './redis-address.ts';

type Address = Pick<RedisOptions, 'host' | 'port' | 'tls'>;

interface ConnectorOptions {
  readonly lookup: LookupFunction;
  readonly disconnectMs: number;
  /** Finds the server for each connection; undefined: it is always at the address. */
  readonly find?: (() => Promise<Node>) | undefined;
}

/** The client's own way to one server, but with `lookup` and `find`, for which its options have no place. */
export function createConnector(
  address: Address,
  { lookup, disconnectMs, find }: ConnectorOptions,
): NonNullable<RedisOptions['Connector']> {
  return class extends AbstractConnector {
    constructor() {
      super(disconnectMs);
    }

    override async connect(): Promise<net.Socket> {
      this.connecting = true;
      delete this.firstError;
      this.stream = find ? await this.#find(find) : open(address, lookup);
      // For errors before the client listens: it reads them from here.
      this.stream.once('error', (error) => {
        this.firstError = error;
      });
      return this.stream;
    }

    /** The client looks at the role only where another server may have it. */
    override check({ role }: { readonly role?: string }): boolean {
      return find === undefined || role !== 'slave';
    }

    /** A socket that is destroyed makes the client try again, which a rejection would not. */
    async #find(search: () => Promise<Node>): Promise<net.Socket> {
      try {
        const node = await search();
        if (this.connecting) return open({ ...address, ...node }, lookup);
      } catch (error) {
        this.firstError = error as Error;
      }
      return new net.Socket().destroy();
    }
  };
}

function open({ host = '', port = 0, tls: secure }: Address, lookup: LookupFunction): net.Socket {
  const target = { host, port, lookup };
  if (!secure) return net.connect(target);
  // Node sends a server name only when asked to: it selects one of the servers behind an address. TLS has none for addresses.
  const servername = isIP(host) === 0 ? host.replace(/\.$/, '') : '';
  return tls.connect({ ...target, servername, ...secure });
}
