import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';
import { firstStart } from './bundle/first-start.ts';
import { leftOut } from './bundle/left-out.ts';
import { oneGraphql } from './bundle/one-graphql.ts';
import { requiredBuiltins } from './bundle/required-builtins.ts';

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
    bundle: true,
    // What is imported where it is needed stays in files of its own.
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node22',
    // Node keeps the text of what it has loaded: four megabytes less of it.
    minifySyntax: true,
    minifyWhitespace: true,
    sourcemap: true,
    sourcesContent: false,
    external: [
      // Its files are read from its package.
      'ruru',
      // type-graphql asks for it only where validation is on.
      'class-validator',
    ],
    plugins: [leftOut, oneGraphql, requiredBuiltins],
    alias: { '@apollo/utils.createhash': './scripts/bundle/query-hash.ts' },
    banner: {
      js: "import { createRequire as createRequireOfBundle } from 'node:module'; const require = createRequireOfBundle(import.meta.url);",
    },
    logLevel: 'warning',
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
