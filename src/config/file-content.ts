import { readTextFile, type FileFault } from './text-file.ts';

/** More than any secret: a larger file is another one than meant. */
const maxBytes = 64 * 1024;

/** The text of a small file. Messages name no path: it may hold what should have been in the file. */
export function contentOf(path: string): { readonly text: string } | { readonly problem: string } {
  const read = readTextFile(path, maxBytes);
  if ('fault' in read) return { problem: problems[read.fault] };
  if (read.text.trim() === '') return { problem: 'names a file that is empty: write the secret into it' };
  return { text: read.text.replace(/\r?\n$/, '') };
}

const unreadable = 'names a file that cannot be read';
const problems: Readonly<Record<FileFault, string>> = {
  absent: 'names a file that does not exist: it must be the path of a file, not the secret',
  'below-no-folder': 'names a file that does not exist: a part of the path is no folder',
  'path-too-long': 'must be the path of a file, not the secret',
  forbidden: `${unreadable}: give the user of this process the right to read it`,
  'no-file': 'must name a file, not a folder or a device',
  'too-large': `must name a file of at most ${maxBytes} bytes`,
  'not-utf8': 'names a file that is not text in UTF-8',
  unreadable,
};
