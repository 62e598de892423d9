import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { routersInstalled } from '../../examples/supergraph/routers.ts';
import { sandboxCredentials } from '../../src/sandbox/credentials.ts';
import { startSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { areWanted as areTestsWanted } from '../support/are-wanted.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';

const example = new URL('../../examples/supergraph/', import.meta.url);
const startWithinMs = 90_000;
const stopWithinMs = 15_000;

const howToInstall = 'npm ci --prefix examples/supergraph';

/** Whether tests with packages of the example run. */
export const areWanted = (what: string, areInstalled = routersInstalled): boolean =>
  areTestsWanted(what, areInstalled, howToInstall);

export const maxLookups = 30;
export const maxAnswerFields = 500;
export const routerSecret = 'only the routers know';
export type Listener = 'Hive Gateway' | 'Apollo Gateway' | 'dingtalk';

export interface Reply {
  readonly data?: unknown;
  readonly extensions?: Readonly<Record<string, unknown>>;
  readonly errors?: readonly {
    readonly message: string;
    readonly path?: readonly (string | number)[];
    readonly extensions: Readonly<Record<string, unknown>>;
  }[];
}

export interface SupergraphUnderTest {
  readonly upstream: Sandbox;
  /** Between the gateway and `upstream`. */
  readonly wayUpstream: TcpProxy;
  /** Queries one of the routers, or the gateway itself. */
  query(
    at: Listener,
    query: string,
    variables?: object,
    headers?: Readonly<Record<string, string>>,
    extensions?: object,
  ): Promise<Reply>;
  close(): Promise<void>;
}

/** The example as its command starts it, but with a stand-in of this test. */
export async function startSupergraph(): Promise<SupergraphUnderTest> {
  if (!routersInstalled)
    throw new Error(`The routers of examples/supergraph are missing: run ${howToInstall}`);
  const upstream = await startSandbox({ callsPerSecond: Infinity });
  const wayUpstream = await startTcpProxy(Number(new URL(upstream.url).port));
  const { PATH, HOME, TMPDIR } = process.env;
  const child = spawn(process.execPath, ['start.ts', '--json'], {
    cwd: fileURLToPath(example),
    // A separate process group, so that all of it can be ended.
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      PATH,
      HOME,
      TMPDIR,
      DINGTALK_API_URL: `http://127.0.0.1:${wayUpstream.port}`,
      DINGTALK_APP_KEY: sandboxCredentials.appKey,
      DINGTALK_APP_SECRET: sandboxCredentials.appSecret,
      DINGTALK_QPS: '10000',
      UPSTREAM_TIMEOUT_MS: '2000',
      // The tests count calls, so no answer is cached from one test to the next.
      CACHE_TTL_MS: '0',
      MAX_LOOKUPS_PER_REQUEST: String(maxLookups),
      MAX_ANSWER_FIELDS: String(maxAnswerFields),
      // The table of codes has what a router makes of omitted ones.
      MAX_ERRORS: '20',
      ROUTER_SECRET: routerSecret,
      APOLLO_INLINE_TRACE: '1',
    },
  });
  const close = async (): Promise<void> => {
    await stop(child);
    await wayUpstream[Symbol.asyncDispose]();
    await upstream.close();
  };
  try {
    const urls = await readUrls(child);
    return {
      upstream,
      wayUpstream,
      close,
      async query(at, query, variables = {}, headers = {}, extensions = {}) {
        const response = await fetch(urls[at], {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...headers },
          body: JSON.stringify({ query, variables, extensions }),
        });
        return (await response.json()) as Reply;
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The line that the example prints once everything listens. */
async function readUrls(child: ChildProcess): Promise<Readonly<Record<Listener, string>>> {
  const lines = createInterface(child.stdout!);
  const timer = setTimeout(() => lines.close(), startWithinMs);
  try {
    for await (const line of lines) {
      if (line.startsWith('{')) return JSON.parse(line) as Record<Listener, string>;
    }
    throw new Error(`examples/supergraph did not start (exit code ${child.exitCode})`);
  } finally {
    clearTimeout(timer);
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.pid === undefined) return;
  const group = -child.pid;
  const gone = once(child, 'exit');
  const timer = setTimeout(() => process.kill(group, 'SIGKILL'), stopWithinMs);
  child.kill('SIGTERM');
  await gone;
  clearTimeout(timer);
}
