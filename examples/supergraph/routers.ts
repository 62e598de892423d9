import { existsSync } from 'node:fs';
import { start } from './programs.ts';

const here = new URL('.', import.meta.url);

/** They are too large to be installed with the gateway. */
export const routersInstalled: boolean = ['@graphql-hive/gateway', '@apollo/gateway'].every((name) =>
  existsSync(new URL(`node_modules/${name}/package.json`, here)),
);

export interface Router {
  readonly port: string;
  /** The file with the supergraph SDL. */
  readonly supergraphFile: string;
  /** `ROUTER_SECRET`, and optionally `SUBGRAPH_TIMEOUT_MS`. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Resolves with its URL once it is ready. */
export async function startHiveGateway({ port, supergraphFile, environment }: Router): Promise<string> {
  const options = `--config-path routers/hive-gateway.config.mjs --host 127.0.0.1 --port ${port}`;
  const command = 'node_modules/@graphql-hive/gateway/dist/bin.js';
  await start({
    name: 'Hive Gateway',
    arguments: [command, 'supergraph', supergraphFile, ...options.split(' ')],
    directory: here,
    environment,
    readyUrl: `http://127.0.0.1:${port}/healthcheck`,
  });
  return `http://127.0.0.1:${port}/graphql`;
}

/** Resolves with its URL once it is ready. */
export async function startApolloGateway({ port, supergraphFile, environment }: Router): Promise<string> {
  const url = `http://127.0.0.1:${port}/`;
  await start({
    name: 'Apollo Gateway',
    arguments: ['routers/apollo-gateway.mjs', supergraphFile, port],
    directory: here,
    environment,
    readyUrl: `${url}?query={__typename}`,
  });
  return url;
}
