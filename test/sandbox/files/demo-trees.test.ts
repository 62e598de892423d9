import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { demoSpaceId } from '../../../src/sandbox/demo-space.ts';
import { startSandbox, type Sandbox } from '../../../src/sandbox/sandbox.ts';
import { fetchAccessToken, lookUp } from '../sandbox-client.ts';
import { createFilesClient, idsOf, nextTokenOf, type FilesClient, type ListBody } from './files-client.ts';

let sandbox: Sandbox;
let files: FilesClient;

beforeAll(async () => {
  sandbox = await startSandbox({ callsPerSecond: Infinity });
  files = await createFilesClient(sandbox);
});
afterAll(() => sandbox.close());

async function rowsOf(spaceId: string, parentId = '0'): Promise<ListBody['dentries']> {
  const { body } = await files.list(spaceId, { parentId });
  const rows = (body as ListBody).dentries;
  const inside = rows.flatMap(({ id, type }) => (type === 'FOLDER' ? [rowsOf(spaceId, id)] : []));
  return [...rows, ...(await Promise.all(inside)).flat()];
}

test('the space of a made-up group has a tree, the same every time and its own for each group', async () => {
  const { body } = await lookUp(sandbox, await fetchAccessToken(sandbox), 'cid.demo.tea');
  const { spaceId } = (body as { space: { spaceId: string } }).space;
  const rows = await rowsOf(spaceId);

  expect(spaceId).toBe(demoSpaceId('cid.demo.tea'));
  expect(await rowsOf(spaceId)).toEqual(rows);
  expect(rows.filter(({ type }) => type === 'FOLDER')).toHaveLength(4);
  expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
  expect(rows.map(({ id }) => id)).toEqual(rows.map(() => expect.stringMatching(/^\d{11}$/)));
  expect((await rowsOf('space.demo.tea')).map(({ name }) => name)).not.toEqual(rows.map(({ name }) => name));
});

test('what a list shows is found by its id', async () => {
  for (const row of await rowsOf('space.demo.tea')) {
    const { body } = await files.dentry('space.demo.tea', row.id);

    // Only lists have the category.
    expect({ ...(body as { dentry: object }).dentry, category: row['category'] }).toEqual(row);
  }
});

const bySize = 'SIZE';

test.each(['MODIFIED_TIME', 'CREATE_TIME', 'NAME', bySize])(
  'the 10,000 files of cid.demo.big come once each, by %s',
  async (orderBy) => {
    const spaceId = demoSpaceId('cid.demo.big');
    const field =
      { MODIFIED_TIME: 'modifiedTime', CREATE_TIME: 'createTime', NAME: 'name' }[orderBy] ?? 'size';
    const ids = new Set<string>();
    const values: unknown[] = [];
    for (let token: string | undefined = ''; token !== undefined;) {
      const from = token === '' ? {} : { nextToken: token };
      const page = await files.list(spaceId, { parentId: '0', orderBy, order: 'ASC', ...from });
      for (const row of (page.body as ListBody).dentries) {
        ids.add(row.id);
        values.push(row[field]);
      }
      token = nextTokenOf(page);
    }

    expect([ids.size, values.length]).toEqual([10_000, 10_000]);
    expect(values.every((value, at) => at === 0 || (values[at - 1] as string) < (value as string))).toBe(
      true,
    );
  },
  30_000,
);

test('descending is ascending from the other end', async () => {
  const query = { parentId: '0', orderBy: bySize, maxResults: 3 };
  const down = await files.list('space.demo.big', { ...query, order: 'DESC' });
  const sizes = (down.body as ListBody).dentries.map(({ size }) => size);

  expect(sizes).toEqual([1024 + 9999, 1024 + 9998, 1024 + 9997]);
  expect(idsOf(await files.list('space.demo.big', { ...query, order: 'ASC' }))).not.toEqual(idsOf(down));
});

test('a file of the big folder is found by its id, and an id beside them is not', async () => {
  const [id = ''] = idsOf(await files.list('space.demo.big', { parentId: '0', maxResults: 1 }));
  const prefix = id.slice(0, 6);
  const asked = [`${prefix}09999`, `${prefix}10000`, '0', id.slice(1)].map((each) =>
    files.dentry('space.demo.big', each),
  );

  expect((await Promise.all(asked)).map(({ status }) => status)).toEqual([200, 404, 200, 404]);
});
