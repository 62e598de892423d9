import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { writeSbom } from './write-sbom.ts';

const name = 'dingtalk-graphql-gateway';
const packed = ['CHANGELOG.md', 'LICENSE', 'README.md', 'dist', 'package.json', 'schema.graphql'];

export interface Release {
  /** The folder of the project, built. */
  readonly root: string;
  /** Where the release is written; what it held is deleted. */
  readonly target: string;
  readonly version: string;
  /** The time of every file in the tarball, such as `2026-11-27`. */
  readonly date: string;
}

/** Writes tarball, bill of materials and checksums. The same build gives the same bytes. Returns the files' names. */
export async function pack({ root, target, version, date }: Release): Promise<readonly string[]> {
  await rm(target, { recursive: true, force: true });
  await mkdir(target, { recursive: true });
  const tarball = `${name}-${version}.tar.gz`;
  const sbom = `${name}-${version}.cdx.json`;
  await writeFile(path.join(target, tarball), await tar(root, `${name}-${version}`, date));
  await writeSbom(path.join(target, sbom));
  const sums = await Promise.all(
    [sbom, tarball].map(async (file) => `${await sha256(path.join(target, file))}  ${file}\n`),
  );
  await writeFile(path.join(target, 'SHA256SUMS'), sums.join(''));
  return [tarball, sbom, 'SHA256SUMS'];
}

/** Without the compile cache: it serves the user who built it alone, and differs each time. */
async function tar(root: string, folder: string, date: string): Promise<Buffer> {
  const args = [
    '--create',
    '--format=ustar',
    '--sort=name',
    `--mtime=${date} 00:00:00 UTC`,
    '--owner=0',
    '--group=0',
    '--numeric-owner',
    '--mode=u=rwX,go=rX',
    '--exclude=dist/compile-cache',
    `--transform=s,^,${folder}/,`,
    `--directory=${root}`,
    ...packed,
  ];
  const { stdout } = await promisify(execFile)('tar', args, {
    encoding: 'buffer',
    maxBuffer: 256 * 1024 * 1024,
  });
  return promisify(gzip)(stdout, { level: 9 });
}

async function sha256(file: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
}
