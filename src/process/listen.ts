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

/** `::` is every address of IPv6 and IPv4, and on a machine without IPv6 every address of IPv4. */
async function listenOn(app: FastifyInstance, host: string, port: number): Promise<void> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    const isWithoutIPv6 = host === '::' && withoutIPv6.includes((error as NodeJS.ErrnoException).code ?? '');
    if (!isWithoutIPv6) throw error;
    await app.listen({ host: '0.0.0.0', port });
  }
}

const withoutIPv6 = ['EAFNOSUPPORT', 'EADDRNOTAVAIL'];

const reasons: Readonly<Record<string, string>> = {
  EADDRINUSE: 'the port is in use. Stop what uses it, or set PORT to another one.',
  EAFNOSUPPORT: 'this machine has no IPv6. Set HOST to an IPv4 address.',
  EACCES: 'permission denied. Set PORT to 1024 or above.',
  EADDRNOTAVAIL: 'this machine does not have that address. Set HOST to one that it has.',
  ENOTFOUND: 'the host name is unknown. Set HOST to an address of this machine.',
};
