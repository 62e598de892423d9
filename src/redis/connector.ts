import net, { isIP, type LookupFunction } from 'node:net';
import tls from 'node:tls';
import { AbstractConnector, type RedisOptions } from 'ioredis';

type Address = Pick<RedisOptions, 'host' | 'port' | 'tls'>;

/** The client's own way to one server, but with `lookup`, for which its options have no place. */
export function createConnector(
  { host = '', port = 0, tls: secure }: Address,
  { lookup, disconnectMs }: { readonly lookup: LookupFunction; readonly disconnectMs: number },
): NonNullable<RedisOptions['Connector']> {
  // Node sends a server name only when asked to: it selects one of the servers behind an address. TLS has none for addresses.
  const servername = isIP(host) === 0 ? host.replace(/\.$/, '') : '';
  return class extends AbstractConnector {
    constructor() {
      super(disconnectMs);
    }

    override connect(): Promise<net.Socket> {
      const target = { host, port, lookup };
      this.connecting = true;
      this.stream = secure ? tls.connect({ ...target, servername, ...secure }) : net.connect(target);
      // For errors before the client listens: it reads them from here.
      this.stream.once('error', (error) => {
        this.firstError = error;
      });
      return Promise.resolve(this.stream);
    }
  };
}
