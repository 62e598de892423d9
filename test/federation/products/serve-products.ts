import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GraphQLSchema } from 'graphql';
import { createHandler } from 'graphql-http/lib/use/http';
import { freePort, start, stopAll } from '../../../examples/supergraph/programs.ts';
import { createSeal } from '../../../src/domain/seal.ts';
import { Cursors } from '../../../src/graph/dentry/cursor.ts';
import type { GraphContext } from '../../../src/graph/graph-context.ts';
import { AnswerBudget } from '../../../src/graph/limits/answer-budget.ts';
import { ErrorCap } from '../../../src/graph/limits/error-cap.ts';
import { Loading } from '../../../src/graph/loading/loading.ts';
import { engines } from '../composition-engines.ts';
import { find } from './catalogue.ts';
import { neighbours, subgraphsAt } from './neighbours.ts';

export interface Served {
  readonly url: string;
  close(): Promise<void>;
}

const seal = createSeal({ upstream: '', app: '', secret: 'secret' });

/** What our resolvers are given, without DingTalk. */
const createContext = (): GraphContext => ({
  load: new Loading({ find, maxLookups: 50, explanation: undefined }).load,
  errorCap: new ErrorCap(20),
  answerBudget: new AnswerBudget(10_000),
  cursors: new Cursors(seal, { unionId: 'chyxxxxx' }),
  wallMs: () => 0,
});

/** Serves a schema at `/` of a free port. */
export async function serve(schema: GraphQLSchema): Promise<Served> {
  const handler = createHandler({ schema, context: () => ({ ...createContext() }) });
  const server = createServer((request, response) => void handler(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, close: () => closed(server) };
}

async function closed(server: Server): Promise<void> {
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
}

/** Apollo Gateway over `products` and its two neighbours. */
export async function startRouter(sdl: string, productsUrl: string): Promise<Served> {
  const directory = await mkdtemp(join(tmpdir(), 'products-'));
  const users = await serve(neighbours.users);
  const inventory = await serve(neighbours.inventory);
  const close = async (): Promise<void> => {
    await stopAll();
    await Promise.all([users.close(), inventory.close()]);
    await rm(directory, { recursive: true, force: true });
  };
  try {
    const urls = { users: users.url, inventory: inventory.url };
    const { supergraph } = engines['@apollo/composition'](subgraphsAt(sdl, productsUrl, urls));
    const file = join(directory, 'supergraph.graphql');
    await writeFile(file, supergraph);
    const port = String(await freePort());
    const url = `http://127.0.0.1:${port}/`;
    const program = {
      name: 'Apollo Gateway',
      arguments: ['routers/apollo-gateway.mjs', file, port],
      directory: new URL('../../../examples/supergraph/', import.meta.url),
      environment: {},
      readyUrl: `${url}?query={__typename}`,
    };
    await start(program);
    return { url, close };
  } catch (error) {
    await close();
    throw error;
  }
}
