import { readdir, rm, stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';
import { firstStart } from './bundle/first-start.ts';
import { bundleOptions } from './bundle/options.ts';
import { clearLeftovers, swapIn, workFolders } from './bundle/swap-in.ts';

/** Whatever decides what the bundle holds. */
const sources = ['src', 'package-lock.json', 'scripts/bundle.ts', 'scripts/bundle'];
const outdir = 'dist';
const main = 'main.js';

/**
 * Puts the gateway and all that it needs into a few files: a start that opens a thousand takes twice as long. What is
 * up to date is left alone. A build takes the place of the last one whole, once it has started, and not where it fails.
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
    await firstStart(path.join(built, main));
    // What changed while it was built may not be in it.
    await utimes(path.join(built, main), startedAt, startedAt);
    await swapIn(outdir);
  } finally {
    await rm(built, { recursive: true, force: true });
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
