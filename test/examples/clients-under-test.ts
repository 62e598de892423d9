import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const folder = fileURLToPath(new URL('../../examples/clients/', import.meta.url));
export const howToInstall = 'npm ci --prefix examples/clients';
/** The clients are dependencies of the example alone. */
export const installed = ['@apollo/client', '@urql/core', 'relay-runtime'].every((name) =>
  existsSync(`${folder}node_modules/${name}/package.json`),
);

/** All clients as one script, which sets the global `clients`; for Node as one module that exports them. */
export async function bundleClients(platform: 'browser' | 'node'): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [`${folder}src/clients.ts`],
    bundle: true,
    write: false,
    platform,
    format: platform === 'browser' ? 'iife' : 'cjs',
    globalName: 'clients',
    define: { 'process.env.NODE_ENV': '"production"', global: 'globalThis' },
    logLevel: 'error',
  });
  return outputFiles[0]?.text ?? '';
}

/** What the first query of each client gets, and how it is sent: the methods, without those of preflights. */
export const clients: readonly (readonly [string, readonly string[], object])[] = [
  ['apollo', ['POST'], { spaceId: '798xxxxx', corpId: 'ding1234xxxxx', __typename: 'Space' }],
  ['apolloByGet', ['GET'], { spaceId: '798xxxxx', corpId: 'ding1234xxxxx', __typename: 'Space' }],
  ['apolloByHash', ['POST', 'POST'], { spaceId: '798xxxxx', corpId: 'ding1234xxxxx', __typename: 'Space' }],
  ['urql', ['GET'], { spaceId: '798xxxxx', corpId: 'ding1234xxxxx', __typename: 'Space' }],
  ['graphqlRequest', ['POST'], { spaceId: '798xxxxx', corpId: 'ding1234xxxxx' }],
  ['relay', ['POST'], { spaceId: '798xxxxx', corpId: 'ding1234xxxxx' }],
  ['tanstackQuery', ['POST'], { spaceId: '798xxxxx', corpId: 'ding1234xxxxx' }],
];
export const group = 'cid9FTRQSLo+sKxxxx';
