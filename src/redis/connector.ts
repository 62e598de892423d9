import net, { type LookupFunction } from 'node:net';
import tls from 'node:tls';
import { AbstractConnector, type RedisOptions } from 'ioredis';

type Address = Pick<RedisOptions, 'host' | 'port' | 'tls'>;

/** The client's own way to one server, but with `lookup`, for which its options have no place. */
export function createConnector(
  { host, port = 0, tls: secure }: Address,
  { lookup, disconnectMs }: { readonly lookup: LookupFunction; readonly disconnectMs: number },
): NonNullable<RedisOptions['Connector']> {
  return class extends AbstractConnector {
    constructor() {
      super(disconnectMs);
    }

    override connect(): Promise<net.Socket> {
      const target = { host, port, lookup };
      this.connecting = true;
      this.stream = secure ? tls.connect({ ...target, ...secure }) : net.connect(target);
      // For errors before the client listens: it reads them from here.
      this.stream.once('error', (error) => {
        this.firstError = error;
      });
      return Promise.resolve(this.stream);
    }
  };
}
