import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';
import { bundleOptions } from './options.ts';

/** The packages that have code in the bundle, as `name@version`. */
export async function bundledPackages(): Promise<ReadonlySet<string>> {
  const { metafile } = await build({
    entryPoints: ['src/main.ts'],
    outdir: 'dist',
    ...bundleOptions,
    sourcemap: false,
    write: false,
    metafile: true,
  });
  const files = Object.values(metafile.outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([file, { bytesInOutput }]) => (bytesInOutput > 0 ? [file] : [])),
  );
  return packagesOf(files);
}

/**
 * The packages that these files belong to, as `name@version`. Files outside packages are left out, and so are those that
 * a package's own source maps name and nobody has.
 */
export async function packagesOf(files: Iterable<string>): Promise<ReadonlySet<string>> {
  const folders = [...new Set([...files].flatMap((file) => packageFolder.exec(file)?.[0] ?? []))];
  return new Set(await Promise.all(folders.filter((folder) => existsSync(folder)).map(nameAndVersion)));
}

const packageFolder = /^.*\bnode_modules\/(?:@[^/]+\/)?[^/]+/;

async function nameAndVersion(folder: string): Promise<string> {
  const manifest = JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8')) as {
    readonly name: string;
    readonly version: string;
  };
  return `${manifest.name}@${manifest.version}`;
}
