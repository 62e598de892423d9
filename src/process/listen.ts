import type { FastifyInstance } from 'fastify';
import { writeToStderr } from '../observability/standard-streams.ts';

/** The variables that say where to listen. */
interface Names {
  readonly host: 'HOST' | 'ADMIN_HOST';
  readonly port: 'PORT' | 'ADMIN_PORT';
}
const publicNames: Names = { host: 'HOST', port: 'PORT' };
export const adminNames: Names = { host: 'ADMIN_HOST', port: 'ADMIN_PORT' };

/** Starts to listen and returns the URL to open. If it cannot listen, prints the reason and returns undefined. */
export async function listen(
  app: FastifyInstance,
  { host, port }: { readonly host: string; readonly port: number },
  names = publicNames,
): Promise<string | undefined> {
  try {
    await listenOn(app, host, port);
  } catch (error) {
    const where = `${host.includes(':') ? `[${host}]` : host}:${port}`;
    writeToStderr(
      `The gateway cannot listen on ${where}: ${whyNot(error as NodeJS.ErrnoException, names)}\n`,
    );
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
const addressesOf: ReadonlyMap<string, readonly [string, string]> = new Map([
  ['::', ['::', '0.0.0.0']],
  ['localhost', ['127.0.0.1', '::1']],
]);
const familyMissing = ['EAFNOSUPPORT', 'EADDRNOTAVAIL'];

async function listenOn(app: FastifyInstance, host: string, port: number): Promise<void> {
  const [address, other] = addressesOf.get(host) ?? [host];
  try {
    await app.listen({ host: address, port });
  } catch (error) {
    if (other === undefined || !familyMissing.includes((error as NodeJS.ErrnoException).code ?? ''))
      throw error;
    await app.listen({ host: other, port });
  }
}

const tooManyFiles = 'too many files are open. Raise the limit, for instance with ulimit -n.';

const reasons = ({ host, port }: Names): Readonly<Record<string, string>> => ({
  EADDRINUSE: `the port is in use. Stop what uses it, or set ${port} to another one.`,
  EACCES: `permission denied. Set ${port} to 1024 or above.`,
  EADDRNOTAVAIL: `this machine does not have that address. Set ${host} to one that it has.`,
  EAFNOSUPPORT: `this machine has no addresses of that kind. Set ${host} to one that it has, such as 0.0.0.0.`,
  EINVAL: `the address cannot be used like this. Set ${host} to another one; fe80:: addresses need their interface, as in fe80::1%eth0.`,
  EMFILE: tooManyFiles,
  ENFILE: tooManyFiles,
  ENOTFOUND: `the host name is unknown. Set ${host} to an address of this machine.`,
  EAI_AGAIN: `the host name cannot be resolved now. Start again when DNS answers, or set ${host} to an address of this machine.`,
});

const whyNot = ({ code = 'unknown' }: NodeJS.ErrnoException, names: Names): string =>
  reasons(names)[code] ??
  `the system answers ${code}. Set ${names.host} and ${names.port} to an address and a port that are free.`;
