import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';
import { firstStart } from './bundle/first-start.ts';
import { bundleOptions } from './bundle/options.ts';

/** Whatever decides what the bundle holds. */
const sources = ['src', 'package-lock.json', 'scripts/bundle.ts', 'scripts/bundle'];
const outdir = 'dist';
const main = path.join(outdir, 'main.js');

/**
 * Puts the gateway and all that it needs into a few files: a start that opens a thousand takes twice as long. What is
 * up to date is left alone: a gateway may be running from it.
 */
async function bundle(): Promise<void> {
  const changedAtMs = Math.max(...(await Promise.all(sources.map(changedAt))));
  if ((await changedAt(main)) > changedAtMs) return;
  await rm(outdir, { recursive: true, force: true });
  await build({
    entryPoints: ['src/main.ts'],
    outdir,
    ...bundleOptions,
  });
  try {
    await firstStart(main);
  } catch (error) {
    // Else the next build would take it for one that works.
    await rm(outdir, { recursive: true });
    throw error;
  }
}

/** When the newest file below it was written; -Infinity where there is none. */
async function changedAt(name: string): Promise<number> {
  const found = await stat(name).catch(() => undefined);
  if (!found) return -Infinity;
  if (!found.isDirectory()) return found.mtimeMs;
  const names = await readdir(name);
  return Math.max(
    found.mtimeMs,
    ...(await Promise.all(names.map((each) => changedAt(path.join(name, each))))),
  );
}

await bundle();
