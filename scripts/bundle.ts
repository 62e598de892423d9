import { readdir, rm, stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';
import { fillExports } from './bundle/fill-exports.ts';
import { firstStart } from './bundle/first-start.ts';
import { bundleOptions } from './bundle/options.ts';
import { clearLeftovers, swapIn, workFolders } from './bundle/swap-in.ts';

/** The inputs of the bundle: it is rebuilt when one is newer. */
const sources = ['src', 'package-lock.json', 'scripts/bundle.ts', 'scripts/bundle'];
const outdir = 'dist';
const main = 'main.js';

/**
 * Bundles the gateway and its packages into a few files: a start that opens a thousand takes twice as long. Does nothing
 * if the bundle is up to date. A new build replaces the last one as a whole, after it has started once; a build that
 * fails replaces nothing.
 */
async function bundle(): Promise<void> {
  const startedAt = new Date();
  await clearLeftovers(outdir);
  const changedAtMs = Math.max(...(await Promise.all(sources.map(changedAt))));
  if ((await changedAt(path.join(outdir, main))) > changedAtMs) return;
  const { built } = workFolders(outdir);
  try {
    await build({
      entryPoints: ['src/main.ts'],
      outdir: built,
      ...bundleOptions,
    });
    await fillExports(built);
    await firstStart(path.join(built, main));
    // A source that changed during the build may not be in it.
    await utimes(path.join(built, main), startedAt, startedAt);
    await swapIn(outdir);
  } finally {
    await rm(built, { recursive: true, force: true });
  }
}

/** When the newest file below `name` was written; -Infinity if there is none. */
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
