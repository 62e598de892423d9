import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';

/** The pages about the gateway as a whole, as paths from the root. */
export const projectPages: readonly string[] = [
  'CONTRIBUTING.md',
  'README.md',
  'README.zh-CN.md',
  'SECURITY.md',
  ...globSync('docs/**/*.md').toSorted(),
];

/** The pages in the folders that they explain. */
export const guides: readonly string[] = [
  'bench/README.md',
  'client/README.md',
  ...globSync('examples/*/README.md').toSorted(),
];

export const readPage = (page: string): Promise<string> => readFile(page, 'utf8');
