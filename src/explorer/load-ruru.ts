import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { ruruHTML } from 'ruru/server';
import type { getStaticFile } from 'ruru/static';

/** The installed Ruru: its page, its assets, its version. */
export interface Ruru {
  readonly ruruHTML: typeof ruruHTML;
  readonly getStaticFile: typeof getStaticFile;
  readonly version: string;
}

/** Loads Ruru, which is slow: call it only if the explorer is on. */
export async function loadRuru(): Promise<Ruru> {
  const [page, assets] = await Promise.all([import('ruru/server'), import('ruru/static')]);
  // Ruru exports neither its version nor its package.json.
  const entry = createRequire(import.meta.url).resolve('ruru/server');
  const packageJson = await readFile(join(dirname(entry), '../package.json'), 'utf8');
  const { version } = JSON.parse(packageJson) as { version: string };
  return { ruruHTML: page.ruruHTML, getStaticFile: assets.getStaticFile, version };
}
