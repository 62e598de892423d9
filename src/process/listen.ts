import type { FastifyInstance } from 'fastify';

/** Starts to listen and returns the URL to open. If it cannot listen, prints the reason and returns undefined. */
export async function listen(
  app: FastifyInstance,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<string | undefined> {
  try {
    await listenOn(app, host, port);
  } catch (error) {
    const why = reasons[(error as NodeJS.ErrnoException).code ?? ''];
    if (!why) throw error;
    process.stderr.write(`The gateway cannot listen on ${host}:${port}: ${why}\n`);
    return undefined;
  }
  const address = app.server.address();
  const actualPort = typeof address === 'object' && address ? address.port : port;
  const reachesLocalhost = host === '0.0.0.0' || host === '::' || host === '127.0.0.1';
  const name = host.includes(':') ? `[${host}]` : host;
  return `http://${reachesLocalhost ? 'localhost' : name}:${actualPort}`;
}

/**
 * Addresses to listen on in place of a host, the second one where this machine does not have the first one's family. `::`
 * takes both. For `localhost` fastify would start a second server, which has none of the settings of the first.
 */
const addressesOf: Readonly<Record<string, readonly [string, string]>> = {
  '::': ['::', '0.0.0.0'],
  localhost: ['127.0.0.1', '::1'],
};
const familyMissing = ['EAFNOSUPPORT', 'EADDRNOTAVAIL'];

async function listenOn(app: FastifyInstance, host: string, port: number): Promise<void> {
  const [address, other] = addressesOf[host] ?? [host];
  try {
    await app.listen({ host: address, port });
  } catch (error) {
    if (other === undefined || !familyMissing.includes((error as NodeJS.ErrnoException).code ?? ''))
      throw error;
    await app.listen({ host: other, port });
  }
}

const reasons: Readonly<Record<string, string>> = {
  EADDRINUSE: 'the port is in use. Stop what uses it, or set PORT to another one.',
  EAFNOSUPPORT: 'this machine has no IPv6. Set HOST to an IPv4 address.',
  EACCES: 'permission denied. Set PORT to 1024 or above.',
  EADDRNOTAVAIL: 'this machine does not have that address. Set HOST to one that it has.',
  ENOTFOUND: 'the host name is unknown. Set HOST to an address of this machine.',
};
