import { expect, test } from '@jest/globals';
import { exampleFiles, exampleFolders } from '../../../src/sandbox/files/example-rows.ts';
import { tableRows } from '../../support/page-tables.ts';
import { readPage } from '../../support/pages.ts';

const code = (text: string): string => `\`${text}\``;

test('the table of docs/sandbox.md has every file and folder of the example', async () => {
  const rows = tableRows(await readPage('docs/sandbox.md'), ['id', 'in', 'name', 'shows']);

  expect(rows.map(([id, parent, name]) => [id, parent, name])).toEqual([
    [code('0'), '', code('根目录 Root')],
    ...[...exampleFolders, ...exampleFiles].map(({ id, parentId, name }) => [
      code(id),
      code(parentId),
      code(name),
    ]),
  ]);
});
