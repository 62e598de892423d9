import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll } from '@jest/globals';
import { startPrometheusProcess, type PrometheusProcess } from '../../scripts/support/prometheus-process.ts';
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

export interface Prometheus extends PrometheusProcess, AsyncDisposable {}

/** Prometheus with the project's configuration and rules, which scrapes `targets` five times a second. */
export async function startPrometheus(targets: readonly string[]): Promise<Prometheus> {
  const started = await startPrometheusProcess(targets, 200);
  const stop = async (): Promise<void> => {
    running.delete(stop);
    await started.stop();
  };
  running.add(stop);
  return { ...started, stop, [Symbol.asyncDispose]: stop };
}
