import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { sandboxCredentials } from '../../src/sandbox/credentials.ts';

export const routerSecret = 'soak-router-secret';
const stopMs = 15_000;
const keptLines = 5;

interface GatewaySettings {
  readonly apiUrl: string;
  readonly callsPerSecond: number;
  readonly redisUrl: string | undefined;
}

export interface GatewayProcess {
  readonly url: string;
  /** Problems: error lines of its log, and everything on stderr. */
  readonly complaints: { count: number; readonly first: string[] };
  readonly hasEnded: boolean;
  residentMegabytes(): Promise<number>;
  /** Stops it with SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>;
}

/** The gateway as in production, but with entries that are fresh for a short time, so that many are revalidated. */
export async function startGatewayProcess(settings: GatewaySettings): Promise<GatewayProcess> {
  const { PATH, HOME } = process.env;
  const child = spawn(process.execPath, ['--enable-source-maps', 'dist/main.js'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH,
      HOME,
      PORT: '0',
      IDE: 'off',
      DINGTALK_API_URL: settings.apiUrl,
      DINGTALK_APP_KEY: sandboxCredentials.appKey,
      DINGTALK_APP_SECRET: sandboxCredentials.appSecret,
      DINGTALK_QPS: String(settings.callsPerSecond),
      DINGTALK_MONTHLY_QUOTA: '200000',
      UPSTREAM_TIMEOUT_MS: '2000',
      VIEWER_AUTH: 'router',
      ROUTER_SECRET: routerSecret,
      MAX_ERRORS: '50',
      CACHE_TTL_MS: '20000',
      CACHE_STALE_MS: '60000',
      CACHE_MAX_ENTRIES: '20000',
      ...(settings.redisUrl !== undefined && { REDIS_URL: settings.redisUrl }),
    },
  });
  const complaints = { count: 0, first: [] as string[] };
  const complain = (line: string): void => {
    complaints.count += 1;
    if (complaints.first.length < keptLines) complaints.first.push(line.slice(0, 500));
  };
  const { promise: listening, resolve, reject } = Promise.withResolvers<string>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    const address = /"graphql":"([^"]+)\/graphql"/.exec(line)?.[1];
    if (address !== undefined) resolve(address);
    // Errors and fatal lines. Warnings are expected: faults cause them.
    if (/^\{"level":"(?:error|fatal)"/.test(line)) complain(line);
  });
  createInterface({ input: child.stderr }).on('line', complain);
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  void ended.then(() => reject(new Error(`the gateway did not start: ${complaints.first.join('\n')}`)));

  return {
    url: await listening,
    complaints,
    get hasEnded() {
      return child.exitCode !== null || child.signalCode !== null;
    },
    async residentMegabytes() {
      const status = await readFile(`/proc/${child.pid}/status`, 'utf8').catch(() => '');
      return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? Number.NaN) / 1024;
    },
    async stop() {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), stopMs);
      const code = await ended;
      clearTimeout(timer);
      return code;
    },
  };
}
