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
  return { ruruHTML: page.ruruHTML, getStaticFile: decompressOnce(assets.getStaticFile), version };
}

/**
 * Ruru decompresses a file at each call for a client without Brotli, and every slow reader would hold a copy of its own.
 * Here all of them get the same one: as many are kept as Ruru has files.
 */
function decompressOnce(load: typeof getStaticFile): typeof getStaticFile {
  const files = new Map<string, Promise<StaticFile | null>>();
  return async ({ urlPath, acceptEncoding, ...options }) => {
    const [path = ''] = urlPath.split('?', 1);
    const encoding = /\bbr\b/i.test(String(acceptEncoding)) ? 'br' : undefined;
    const key = `${encoding} ${path}`;
    const known = files.get(key);
    if (known) return known;
    const loading = Promise.resolve(load({ ...options, urlPath: path, acceptEncoding: encoding }));
    files.set(key, loading);
    const forget = (): void => void files.delete(key);
    loading.then((file) => file ?? forget(), forget);
    return loading;
  };
}

type StaticFile = NonNullable<Awaited<ReturnType<typeof getStaticFile>>>;
