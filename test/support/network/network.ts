import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import http from 'node:http';
import type { ListenOptions, NetConnectOpts } from 'node:net';
import path from 'node:path';
import { startProcess, type GatewayProcess } from '../gateway-process.ts';
import { selfSignedForNames } from '../self-signed.ts';
import { createFronts, type FarServer } from './fronts.ts';
import type { Inside } from './inside.ts';
import { addTunDevice, createNamespace, type Namespace } from './namespace.ts';

/** The addresses of servers, far away through a TUN device. */
export const far = {
  /** 20 ms there and back. */
  near4: '192.0.2.220',
  /** 300 ms there and back. */
  slow4: '192.0.2.230',
  slow6: '2001:db8::230',
  /** 800 ms there and back. */
  slower4: '192.0.2.240',
  /** Packets to it are dropped. Resolvers put it before the others, because it is nearest to the namespace's own. */
  dropped4: '192.0.2.3',
  /** Packets to it are dropped. */
  dropped6: '2001:db8::3',
  /** No route leads there. */
  unroutable6: '2001:db8:1::1',
  /** Refuses every connection at once. Not behind the device. */
  refusing6: '2001:db8:2::1',
} as const;

const roundTripMs = { [far.near4]: 20, [far.slow4]: 300, [far.slow6]: 300, [far.slower4]: 800 };
/** Of the namespace. A packet to a far address comes back to the one of its family. */
const own = ['192.0.2.1', '2001:db8::1'] as const;
const gatewayPort = 4000;
const packetPort = 7000;

export interface Network extends AsyncDisposable {
  /** The addresses behind the device that connections were tried to, in this order, repeated packets included. */
  readonly tried: readonly string[];
  /** The number of questions to the resolver, which answers none. */
  readonly unansweredLookups: number;
  readonly setNames: Namespace['setNames'];
  /** For files of the test; deleted with the network. */
  readonly folder: string;
  /** Before a program and its arguments: runs them in this network. */
  readonly run: Namespace['run'];
  readonly keep: Namespace['keep'];
  /** Ends every connection to a server; new ones are accepted. */
  cut(): void;
  /** Starts the built gateway in this network; it trusts the certificate for names. */
  startGateway(environment: NodeJS.ProcessEnv): Promise<GatewayInNetwork>;
}

export interface GatewayInNetwork extends AsyncDisposable {
  readonly process: GatewayProcess;
  post(query: string, headers?: Record<string, string>): Promise<{ status: number; body: unknown }>;
}

/** A network namespace in which `servers` are far away, at addresses of both families. */
export async function startNetwork(servers: readonly FarServer[]): Promise<Network> {
  const namespace = await createNamespace();
  const { folder, run, ip } = namespace;
  const fronts = createFronts(folder);
  const gatewaySocket = path.join(folder, 'gateway.sock');
  const certificate = path.join(folder, 'certificate.pem');
  const tried: string[] = [];
  let unansweredLookups = 0;

  async function startFarSide(passages: Inside['passages']): Promise<void> {
    const inside: Inside = { roundTripMs, passages, packetPort };
    const [program, ...args] = run;
    const script = path.join(import.meta.dirname, 'inside.ts');
    const child = spawn(program, [...args, process.execPath, script, JSON.stringify(inside)], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    namespace.keep(child);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    child.once('exit', () => reject(new Error('the far side of the network has ended')));
    child.on('message', (message: { connectTo?: string; lookup?: boolean }) => {
      if (message.connectTo !== undefined) tried.push(message.connectTo);
      else if (message.lookup === true) unansweredLookups += 1;
      else resolve();
    });
    await promise;
  }

  async function open(): Promise<void> {
    await writeFile(certificate, selfSignedForNames.cert);
    ip('address', 'add', `${far.refusing6}/128`, 'dev', 'lo');
    await addTunDevice(namespace, packetPort);
    ip('address', 'add', `${own[0]}/24`, 'dev', 'far');
    ip('address', 'add', `${own[1]}/64`, 'dev', 'far', 'nodad');
    ip('link', 'set', 'far', 'up');
    const passages: [ListenOptions, NetConnectOpts][] = [
      [{ path: gatewaySocket }, { host: '127.0.0.1', port: gatewayPort }],
    ];
    for (const server of servers) {
      const to = { path: await fronts.open(server) };
      for (const host of own) passages.push([{ host, port: server.port }, to]);
    }
    await startFarSide(passages);
  }

  const close = async (): Promise<void> => {
    fronts.close();
    await namespace[Symbol.asyncDispose]();
  };

  try {
    await open();
  } catch (error) {
    await close();
    throw error;
  }
  return {
    tried,
    get unansweredLookups() {
      return unansweredLookups;
    },
    setNames: namespace.setNames,
    folder,
    run,
    keep: namespace.keep,
    cut: fronts.cut,
    async startGateway(environment) {
      const gateway = startProcess([...run, process.execPath, 'dist/main.js'], {
        PORT: String(gatewayPort),
        NODE_EXTRA_CA_CERTS: certificate,
        ...environment,
      });
      await gateway.url;
      return {
        process: gateway,
        post: (query, headers) => post(gatewaySocket, query, headers),
        [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose](),
      };
    },
    [Symbol.asyncDispose]: close,
  };
}

async function post(
  socketPath: string,
  query: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: unknown }> {
  const request = http.request({
    socketPath,
    method: 'POST',
    path: '/graphql',
    headers: { host: 'localhost', 'content-type': 'application/json', ...headers },
  });
  request.end(JSON.stringify({ query }));
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  const body = await response.setEncoding('utf8').toArray();
  return { status: response.statusCode ?? 0, body: JSON.parse(body.join('')) as unknown };
}
