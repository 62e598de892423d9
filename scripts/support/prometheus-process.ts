import { spawn } from 'node:child_process';
import { copyFile, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from './free-port.ts';
import { supervised } from './supervised.ts';

/** One series: its labels, and each value with its time in seconds. */
export interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly values: readonly (readonly [number, string])[];
}

export interface PrometheusProcess {
  /** The series of `expr` now, one value each. @throws with Prometheus's words where it refuses the query. */
  query(expr: string): Promise<readonly Series[]>;
  /** The series of `expr` from `from` to `to`, in seconds since 1970, every `step` seconds. */
  queryRange(expr: string, from: number, to: number, step: number): Promise<readonly Series[]>;
  rules(): Promise<readonly { readonly name: string; readonly health: string }[]>;
  stop(): Promise<void>;
}

/** Prometheus on loopback with the project's configuration and rules, but for the targets and the interval. */
export async function startPrometheusProcess(
  targets: readonly string[],
  intervalMs: number,
): Promise<PrometheusProcess> {
  const folder = await mkdtemp(path.join(tmpdir(), 'gateway-prometheus-'));
  const config = (await readFile('deploy/prometheus/prometheus.yml', 'utf8'))
    .replaceAll(/_interval: \d+s/g, `_interval: ${intervalMs}ms`)
    .replace(/targets: .*/, `targets: ${JSON.stringify(targets)}`);
  await writeFile(path.join(folder, 'prometheus.yml'), config);
  await copyFile('deploy/prometheus/alerts.yml', path.join(folder, 'alerts.yml'));
  const address = `127.0.0.1:${await freePort()}`;
  const files = [`--config.file=${folder}/prometheus.yml`, `--storage.tsdb.path=${folder}/data`];
  const child = spawn('prometheus', [...files, `--web.listen-address=${address}`], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const { ended, stop } = supervised(child, folder);

  async function get(what: string, parameters: Record<string, string> = {}): Promise<any> {
    const search = new URLSearchParams(parameters).toString();
    const response = await fetch(`http://${address}/api/v1/${what}?${search}`);
    const { status, error, data } = (await response.json()) as Record<string, any>;
    if (status !== 'success') throw new Error(`${parameters['query'] ?? what}: ${error}`);
    return data;
  }
  const started: PrometheusProcess = {
    async query(query) {
      const { result } = await get('query', { query });
      return result.map(({ metric, value }: any) => ({ metric, values: [value] }));
    },
    queryRange: async (query, start, end, step) =>
      (await get('query_range', { query, start: `${start}`, end: `${end}`, step: `${step}` })).result,
    rules: async () => (await get('rules')).groups.flatMap((group: any) => group.rules),
    stop,
  };
  const { promise: ready, resolve } = Promise.withResolvers<boolean>();
  let output = '';
  child.stderr.on('data', (chunk) => {
    output += String(chunk);
    if (output.includes('Server is ready to receive web requests')) resolve(true);
  });
  if (await Promise.race([ready, ended.then(() => false)])) return started;
  await stop();
  throw new Error(`Prometheus did not start (Debian: apt-get install prometheus): ${output}`);
}
