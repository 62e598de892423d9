import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serveNeighbours } from './neighbours/serve.ts';
import { freePort, start, stopAll } from './programs.ts';
import { composeSupergraph } from './supergraph.ts';

// Starts three neighbours, the gateway, and two routers over them; prints where they listen; ends with Ctrl-C.
// The gateway gets its variables from this process: without credentials it uses its stand-in DingTalk.

const here = new URL('.', import.meta.url);
const repository = new URL('../../', import.meta.url);
const directory = await mkdtemp(join(tmpdir(), 'dingtalk-supergraph-'));
const supergraphFile = join(directory, 'supergraph.graphql');
const environment = { ROUTER_SECRET: process.env['ROUTER_SECRET'] ?? randomUUID() };

const stop = async (exitCode: number): Promise<void> => {
  await stopAll();
  await rm(directory, { recursive: true, force: true });
  process.exit(exitCode);
};
process.once('SIGINT', () => void stop(0));
process.once('SIGTERM', () => void stop(0));
// The parent process has ended.
process.once('disconnect', () => void stop(0));

try {
  const [neighbours, dingtalkPort] = await Promise.all([serveNeighbours(), freePort()]);
  const subgraphs = { dingtalk: `http://127.0.0.1:${dingtalkPort}/graphql`, ...neighbours };
  await writeFile(supergraphFile, await composeSupergraph(subgraphs));
  const [hive, apollo] = await Promise.all([
    startHiveGateway(process.env['HIVE_GATEWAY_PORT'] ?? String(await freePort())),
    startApolloGateway(process.env['APOLLO_GATEWAY_PORT'] ?? String(await freePort())),
    startDingTalkGateway(String(dingtalkPort)),
  ]);
  console.log(JSON.stringify({ 'Hive Gateway': hive, 'Apollo Gateway': apollo, ...subgraphs }));
} catch (error) {
  console.error(error);
  await stop(1);
}

async function startDingTalkGateway(port: string): Promise<void> {
  await start({
    arguments: ['--import', 'tsx', 'src/main.ts'],
    directory: repository,
    environment: { ...environment, HOST: '127.0.0.1', PORT: port, IDE: 'off', VIEWER_AUTH: 'router' },
    readyUrl: `http://127.0.0.1:${port}/readyz`,
  });
}

async function startHiveGateway(port: string): Promise<string> {
  const options = `--config-path routers/hive-gateway.config.mjs --host 127.0.0.1 --port ${port}`;
  const command = 'node_modules/@graphql-hive/gateway/dist/bin.js';
  await start({
    arguments: [command, 'supergraph', supergraphFile, ...options.split(' ')],
    directory: here,
    environment,
    readyUrl: `http://127.0.0.1:${port}/healthcheck`,
  });
  return `http://127.0.0.1:${port}/graphql`;
}

async function startApolloGateway(port: string): Promise<string> {
  const url = `http://127.0.0.1:${port}/`;
  await start({
    arguments: ['routers/apollo-gateway.mjs', supergraphFile, port],
    directory: here,
    environment,
    readyUrl: `${url}?query={__typename}`,
  });
  return url;
}
