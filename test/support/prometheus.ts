import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll } from '@jest/globals';
import { freePort } from '../../scripts/support/free-port.ts';
import { eventually } from './eventually.ts';
import { readPage } from './pages.ts';
import { testWithProgram } from './programs.ts';

/** A test that needs a real Prometheus, or its promtool: skipped with a message where it is not installed. */
export const testWithPrometheus = testWithProgram('prometheus', 'prometheus');

/** Those still running, for tests that timed out before they could stop them. */
const running = new Set<() => Promise<void>>();
afterAll(async () => {
  await Promise.all([...running].map((stop) => stop()));
});

/** Runs promtool over files, or over `input`: its exit code and all that it printed. */
export async function promtool(
  args: readonly string[],
  input = '',
): Promise<{ readonly exitCode: number | null; readonly output: string }> {
  const child = spawn('promtool', args, { stdio: 'pipe' });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  child.stdin.end(input);
  await once(child, 'close');
  return { exitCode: child.exitCode, output };
}

export interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}

export interface Prometheus extends AsyncDisposable {
  /** @throws with Prometheus's words where it refuses the query. */
  query(expr: string): Promise<readonly Sample[]>;
  rules(): Promise<
    readonly { readonly name: string; readonly health: string; readonly lastError?: string }[]
  >;
}

/** Prometheus with the project's configuration and rules, but for the targets and the interval, which is short. */
export async function startPrometheus(targets: readonly string[]): Promise<Prometheus> {
  const folder = await mkdtemp(path.join(tmpdir(), 'gateway-prometheus-'));
  const config = (await readPage('deploy/prometheus/prometheus.yml'))
    .replaceAll(/_interval: 15s/g, '_interval: 200ms')
    .replace(/targets: .*/, `targets: ${JSON.stringify(targets)}`);
  await writeFile(path.join(folder, 'prometheus.yml'), config);
  await copyFile('deploy/prometheus/alerts.yml', path.join(folder, 'alerts.yml'));
  const address = `127.0.0.1:${await freePort()}`;
  const child = spawn(
    'prometheus',
    [
      `--config.file=${folder}/prometheus.yml`,
      `--storage.tsdb.path=${folder}/data`,
      `--web.listen-address=${address}`,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let output = '';
  child.stderr.on('data', (chunk) => (output += String(chunk)));
  const ended = once(child, 'exit');
  const stop = async (): Promise<void> => {
    running.delete(stop);
    child.kill('SIGKILL');
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  running.add(stop);

  const get = async (what: string, parameters: Record<string, string> = {}): Promise<any> => {
    const search = new URLSearchParams(parameters).toString();
    const response = await fetch(`http://${address}/api/v1/${what}?${search}`);
    const { status, error, data } = (await response.json()) as Record<string, any>;
    if (status !== 'success') throw new Error(`${parameters['query'] ?? what}: ${error}`);
    return data;
  };
  await eventually(async () =>
    fetch(`http://${address}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    ),
  ).catch(() => {
    throw new Error(`Prometheus did not start: ${output}`);
  });
  return {
    query: async (query) => (await get('query', { query })).result,
    rules: async () => (await get('rules')).groups.flatMap((group: any) => group.rules),
    [Symbol.asyncDispose]: stop,
  };
}
