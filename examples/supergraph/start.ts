import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { announce } from './announce.ts';
import { freePort } from '../../scripts/support/free-port.ts';
import { firstEnd, start, stopAll } from './programs.ts';
import { routersInstalled, startApolloGateway, startHiveGateway } from './routers.ts';

// Starts three neighbours, the gateway, and two routers over them; prints where they listen, with `--json` as one line of
// JSON; ends all of them with Ctrl-C, a signal, its parent process or the first of them that ends.
// The gateway gets its variables from this process: without credentials it uses its stand-in DingTalk.

/** `EX_USAGE` of `sysexits.h`. */
const badUsageExitCode = 64;
const lookForParentEveryMs = 500;
const repository = new URL('../../', import.meta.url);

const problem = findProblem();
if (problem !== undefined) {
  console.error(problem);
  process.exit(badUsageExitCode);
}

let directory: string | undefined;
let stopped: Promise<void> | undefined;
/** Later calls join the first: npm passes on a Ctrl-C that the terminal has sent here as well. */
const stop = (exitCode: number): Promise<void> =>
  (stopped ??= stopAll().then(async () => {
    if (directory !== undefined) await rm(directory, { recursive: true, force: true });
    process.exit(exitCode);
  }));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => void stop(0));
// Nobody reads on, as with `| head -1`: npm may be gone before this process can look for it.
process.stdout.on('error', () => void stop(0));
const parent = process.ppid;
setInterval(() => {
  if (process.ppid !== parent) void stop(0);
}, lookForParentEveryMs).unref();

try {
  const urls = await Promise.race([startAll(), firstEnd]);
  console.log(process.argv[2] === '--json' ? JSON.stringify(urls) : announce(urls));
  await firstEnd;
} catch (error) {
  if (stopped === undefined) console.error(error);
  await stop(1);
}

function findProblem(): string | undefined {
  if (process.argv.length > 3 || ![undefined, '--json'].includes(process.argv[2]))
    return 'Usage: npm run supergraph [-- --json]';
  for (const name of ['HIVE_GATEWAY_PORT', 'APOLLO_GATEWAY_PORT']) {
    const port = Number(process.env[name] || 1);
    if (!Number.isInteger(port) || port < 1 || port > 65_535)
      return `${name} must be a port from 1 to 65535, or unset for a free one`;
  }
  if (!routersInstalled) return 'The routers are not installed: run npm ci --prefix examples/supergraph';
  return undefined;
}

async function startAll() {
  // Imported once the packages are known to be there.
  const [{ serveNeighbours }, { composeSupergraph }] = await Promise.all([
    import('./neighbours/serve.ts'),
    import('./supergraph.ts'),
  ]);
  directory = await mkdtemp(join(tmpdir(), 'dingtalk-supergraph-'));
  const supergraphFile = join(directory, 'supergraph.graphql');
  const [neighbours, dingtalkPort] = await Promise.all([serveNeighbours(), freePort()]);
  const subgraphs = { dingtalk: `http://127.0.0.1:${dingtalkPort}/graphql`, ...neighbours };
  await writeFile(supergraphFile, await composeSupergraph(subgraphs));
  const environment = { ROUTER_SECRET: process.env['ROUTER_SECRET'] || randomUUID() };
  const [hive, apollo] = await Promise.all([
    startHiveGateway({ port: await portOf('HIVE_GATEWAY_PORT'), supergraphFile, environment }),
    startApolloGateway({ port: await portOf('APOLLO_GATEWAY_PORT'), supergraphFile, environment }),
    startDingTalkGateway(String(dingtalkPort), environment),
  ]);
  return { 'Hive Gateway': hive, 'Apollo Gateway': apollo, ...subgraphs };
}

async function portOf(name: string): Promise<string> {
  return process.env[name] || String(await freePort());
}

async function startDingTalkGateway(
  port: string,
  environment: Readonly<Record<string, string>>,
): Promise<void> {
  await start({
    name: 'dingtalk',
    arguments: ['--import', 'tsx', 'src/main.ts'],
    directory: repository,
    environment: { ...environment, HOST: '127.0.0.1', PORT: port, IDE: 'off', VIEWER_AUTH: 'router' },
    readyUrl: `http://127.0.0.1:${port}/readyz`,
  });
}
