import { readFileSync, statSync } from 'node:fs';

/** More than any secret: a larger file is another one than meant. */
const maxBytes = 64 * 1024;

/** The text of a small file. Messages name no path: it may hold what should have been in the file. */
export function contentOf(path: string): { readonly text: string } | { readonly problem: string } {
  try {
    const stat = statSync(path);
    // A pipe would keep the start waiting.
    if (!stat.isFile()) return { problem: 'must name a file, not a folder or a device' };
    if (stat.size > maxBytes) return { problem: `must name a file of at most ${maxBytes} bytes` };
    const text = new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path));
    if (text.trim() === '') return { problem: 'names a file that is empty: write the secret into it' };
    return { text: text.replace(/\r?\n$/, '') };
  } catch (error) {
    return { problem: problems[(error as NodeJS.ErrnoException).code ?? ''] ?? unreadable };
  }
}

const unreadable = 'names a file that cannot be read';
const problems: Readonly<Record<string, string>> = {
  ENOENT: 'names a file that does not exist: it must be the path of a file, not the secret',
  ENOTDIR: 'names a file that does not exist: a part of the path is no folder',
  ENAMETOOLONG: 'must be the path of a file, not the secret',
  EACCES: `${unreadable}: give the user of this process the right to read it`,
  ERR_ENCODING_INVALID_ENCODED_DATA: 'names a file that is not text in UTF-8',
};
