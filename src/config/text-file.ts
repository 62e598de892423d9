import { readFileSync, statSync } from 'node:fs';

/** Why a file's text cannot be had. */
export type FileFault =
  | 'absent'
  | 'below-no-folder'
  | 'path-too-long'
  | 'forbidden'
  | 'no-file'
  | 'too-large'
  | 'not-utf8'
  | 'unreadable';

/** The whole text of a file of at most `maxBytes`. */
export function readTextFile(
  path: string,
  maxBytes: number,
): { readonly text: string } | { readonly fault: FileFault } {
  try {
    const stat = statSync(path);
    // A pipe would keep the start waiting.
    if (!stat.isFile()) return { fault: 'no-file' };
    if (stat.size > maxBytes) return { fault: 'too-large' };
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path)) };
  } catch (error) {
    return { fault: faults[(error as NodeJS.ErrnoException).code ?? ''] ?? 'unreadable' };
  }
}

const faults: Readonly<Record<string, FileFault>> = {
  ENOENT: 'absent',
  ENOTDIR: 'below-no-folder',
  ENAMETOOLONG: 'path-too-long',
  EACCES: 'forbidden',
  ERR_ENCODING_INVALID_ENCODED_DATA: 'not-utf8',
};
