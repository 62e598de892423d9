import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { start, stopAll } from '../../examples/supergraph/programs.ts';
import { freePort } from '../../scripts/support/free-port.ts';
import { engines, type Subgraph } from './composition-engines.ts';
import { routerSecret } from './supergraph-under-test.ts';

const directory = new URL('../../examples/supergraph/', import.meta.url);

const routers = {
  'Apollo Gateway': (file: string, port: string) => ({
    arguments: ['routers/apollo-gateway.mjs', file, port],
    url: `http://127.0.0.1:${port}/`,
    readyUrl: `http://127.0.0.1:${port}/?query={__typename}`,
  }),
  'Hive Gateway': (file: string, port: string) => ({
    arguments: [
      'node_modules/@graphql-hive/gateway/dist/bin.js',
      'supergraph',
      file,
      ...`--config-path routers/hive-gateway.config.mjs --host 127.0.0.1 --port ${port}`.split(' '),
    ],
    url: `http://127.0.0.1:${port}/graphql`,
    readyUrl: `http://127.0.0.1:${port}/healthcheck`,
  }),
};

export type Router = keyof typeof routers;

export interface RoutersUnderTest {
  readonly url: (router: Router) => string;
  close(): Promise<void>;
}

/** The routers of the example over `subgraphs`, which have to be served. */
export async function startRouters(
  subgraphs: Subgraph[],
  ...names: readonly Router[]
): Promise<RoutersUnderTest> {
  const { errors, supergraph } = engines['@apollo/composition'](subgraphs);
  if (errors.length > 0) throw new Error(`The subgraphs do not compose: ${errors.join(' ')}`);
  const temporary = await mkdtemp(join(tmpdir(), 'supergraph-'));
  const close = async (): Promise<void> => {
    await stopAll();
    await rm(temporary, { recursive: true, force: true });
  };
  const urls = new Map<Router, string>();
  try {
    const file = join(temporary, 'supergraph.graphql');
    await writeFile(file, supergraph);
    await Promise.all(
      names.map(async (name) => {
        const { url, ...program } = routers[name](file, String(await freePort()));
        const named = { ...program, name, directory, environment: { ROUTER_SECRET: routerSecret } };
        await start(named);
        urls.set(name, url);
      }),
    );
    return { url: (name) => urls.get(name)!, close };
  } catch (error) {
    await close();
    throw error;
  }
}
