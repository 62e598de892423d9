import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { demoSpaceId } from '../../../src/sandbox/demo-space.ts';
import { startSandbox, type Sandbox } from '../../../src/sandbox/sandbox.ts';
import { createFilesClient, idsOf, nextTokenOf, refusalOf, type FilesClient } from './files-client.ts';

let sandbox: Sandbox;
let files: FilesClient;

beforeAll(async () => {
  sandbox = await startSandbox({ callsPerSecond: Infinity });
  files = await createFilesClient(sandbox);
});
afterAll(() => sandbox.close());

const common = {
  spaceId: '798xxxxx',
  status: 'NORMAL',
  creatorId: 'chyxxxxx',
  modifierId: 'chyxxxxx',
  properties: { readOnly: false },
  uuid: expect.stringMatching(/^[0-9a-f]{32}$/),
  partitionType: 'PUBLIC_OSS_PARTITION',
  storageDriver: 'DINGTALK',
};

describe('the data', () => {
  test('a page of the example: an unknown value of an enum, a virus, and a folder without size or version', async () => {
    const { status, body } = await files.list('798xxxxx', { parentId: '1001' });

    expect({ status, body }).toEqual({
      status: 200,
      body: {
        dentries: [
          {
            ...common,
            id: '2012',
            parentId: '1001',
            type: 'FILE',
            name: '模型 Model.glb',
            path: '/合同 Contracts/模型 Model.glb',
            size: 65_536,
            version: 1,
            extension: 'glb',
            status: 'FROZEN',
            category: 'MODEL_3D',
            partitionType: 'MINI_OSS_PARTITION',
            createTime: '2022-01-01T10:00:00Z',
            modifiedTime: '2022-01-15T10:00:00Z',
          },
          {
            ...common,
            id: '2009',
            parentId: '1001',
            type: 'FILE',
            name: 'Setup 安装.exe',
            path: '/合同 Contracts/Setup 安装.exe',
            size: 524_288,
            version: 1,
            extension: 'exe',
            category: 'OTHER',
            createTime: '2022-01-01T10:00:00Z',
            modifiedTime: '2022-01-12T10:00:00Z',
          },
          {
            ...common,
            id: '1003',
            parentId: '1001',
            type: 'FOLDER',
            name: '2022',
            path: '/合同 Contracts/2022',
            createTime: '2022-01-01T10:00:00Z',
            modifiedTime: '2022-01-03T10:00:00Z',
          },
        ],
      },
    });
  });

  test('three folders hold twelve files of every category, an online document among them', async () => {
    const pages = await Promise.all(
      ['0', '1001', '1002', '1003'].map((parentId) => files.list('798xxxxx', { parentId })),
    );
    const rows = pages.flatMap(({ body }) => (body as { dentries: Record<string, unknown>[] }).dentries);
    const categories = rows.flatMap(({ category }) => (category === undefined ? [] : [category]));

    expect(rows.filter(({ type }) => type === 'FOLDER').map(({ id }) => id)).toHaveLength(3);
    expect(categories).toHaveLength(12);
    expect([...new Set(categories)].toSorted()).toEqual([
      'ALI_DOC',
      'ARCHIVE',
      'AUDIO',
      'DOCUMENT',
      'IMAGE',
      'MODEL_3D',
      'OTHER',
      'SHORTCUT',
      'VIDEO',
    ]);
    expect(rows.find(({ id }) => id === '2007')).toMatchObject({
      storageDriver: 'ALIDOC',
      extension: 'adoc',
    });
    expect(rows.find(({ id }) => id === '2004')).toMatchObject({ storageDriver: 'SHANJI' });
    expect(rows.find(({ id }) => id === '2006')).toMatchObject({ properties: { readOnly: true } });
    expect(rows.find(({ id }) => id === '2011')).toMatchObject({ type: 'file', path: './readme.txt' });
  });

  test('times have three forms, and properties of apps come as a map or as a list', async () => {
    const photos = await files.list('798xxxxx', { parentId: '1002' });
    const scans = await files.list('798xxxxx', { parentId: '1003' });
    const plans = await files.list('798xxxxx', { parentId: '0' });

    expect(photos.body).toMatchObject({
      dentries: [
        {
          id: '2003',
          createTime: 'Fri Mar 06 16:33:28 CST 2026',
          modifiedTime: 'Fri Mar 06 16:33:28 CST 2026',
        },
        { id: '2002', createTime: '2022-07-29T14:55Z', modifiedTime: '2022-07-29T14:55Z' },
      ],
    });
    const stage = { name: 'stage', value: 'draft', visibility: 'PUBLIC' };
    expect(scans.body).toHaveProperty('dentries.0.appProperties', [stage]);
    expect(plans.body).toHaveProperty('dentries.4', expect.objectContaining({ id: '2001' }));
    expect(plans.body).toHaveProperty('dentries.4.appProperties', {
      'app-1001': [stage],
      'app-1002': [{ name: 'owner', value: 'legal', visibility: 'PRIVATE' }],
    });
  });

  test('thumbnails come when they are asked for, where there is one', async () => {
    const { body } = await files.list('798xxxxx', { parentId: '1002', withThumbnail: 'true' });

    expect(body).toHaveProperty('dentries.1.thumbnail', {
      width: 320,
      height: 240,
      url: `${sandbox.url}/thumbnails/798xxxxx/2002`,
    });
    expect(body).not.toHaveProperty('dentries.0.thumbnail');
    expect(await (await fetch(`${sandbox.url}/thumbnails/798xxxxx/2002`)).text()).toContain('2002');
  });
});

describe('orders', () => {
  test.each([
    [{}, ['2011', '2007', '2006', '2004', '2001', '1002', '1001']],
    [{ order: 'ASC' }, ['1001', '1002', '2001', '2004', '2006', '2007', '2011']],
    [{ orderBy: 'NAME', order: 'ASC' }, ['1002', '2011', '2004', '1001', '2006', '2007', '2001']],
    [{ orderBy: 'SIZE' }, ['2004', '2001', '2011', '2006', '2007', '1002', '1001']],
    [{ orderBy: 'CREATE_TIME' }, ['2011', '2007', '2006', '2004', '2001', '1002', '1001']],
  ])('%j', async (order, ids) => {
    expect(idsOf(await files.list('798xxxxx', { parentId: '0', ...order }))).toEqual(ids);
  });
});

describe('pages', () => {
  const root = { parentId: '0', maxResults: 3 };

  test('every page but the last has a token, and together they are the list', async () => {
    const first = await files.list('798xxxxx', root);
    const second = await files.list('798xxxxx', { ...root, nextToken: nextTokenOf(first)! });
    const third = await files.list('798xxxxx', { ...root, nextToken: nextTokenOf(second)! });

    expect([first, second, third].map((page) => idsOf(page))).toEqual([
      ['2011', '2007', '2006'],
      ['2004', '2001', '1002'],
      ['1001'],
    ]);
    expect(third.body).not.toHaveProperty('nextToken');
  });

  test('a page may be larger than the one before', async () => {
    const first = await files.list('798xxxxx', root);
    const rest = await files.list('798xxxxx', { parentId: '0', nextToken: nextTokenOf(first)! });

    expect(idsOf(rest)).toEqual(['2004', '2001', '1002', '1001']);
  });

  test.each([
    ['an empty one', () => ({ ...root, nextToken: '' })],
    ['an unknown one', () => ({ ...root, nextToken: 'abc' })],
    ['that of another order', (token: string) => ({ ...root, order: 'ASC', nextToken: token })],
    ['that of another field', (token: string) => ({ ...root, orderBy: 'NAME', nextToken: token })],
    ['that of another folder', (token: string) => ({ parentId: '1001', nextToken: token })],
  ])('%s is no token', async (_name, queryWith) => {
    const token = nextTokenOf(await files.list('798xxxxx', root))!;

    expect(refusalOf(await files.list('798xxxxx', queryWith(token)))).toEqual([400, 'paramError']);
  });

  test('a token of another space is none', async () => {
    const token = nextTokenOf(await files.list('798xxxxx', root))!;

    expect(refusalOf(await files.list('space.demo.a', { ...root, nextToken: token }))).toEqual([
      400,
      'paramError',
    ]);
  });

  test.each([
    [{}],
    [{ parentId: '' }],
    [{ parentId: '0', maxResults: 0 }],
    [{ parentId: '0', maxResults: 51 }],
    [{ parentId: '0', maxResults: 'all' }],
    [{ parentId: '0', orderBy: 'COLOUR' }],
    [{ parentId: '0', order: 'asc' }],
    [{ parentId: '0', withThumbnail: 'yes' }],
  ])('%j is 400', async (query) => {
    expect(refusalOf(await files.list('798xxxxx', query))).toEqual([400, 'paramError']);
  });

  test.each(['2001', '9999', '01'])('the parent %s is no folder', async (parentId) => {
    expect(refusalOf(await files.list('798xxxxx', { parentId }))).toEqual([404, 'dentryNotExist']);
  });

  test.each(['cid.demo.shortPage', 'space.demo.shortPage'])(
    'the first page of %s is a row short, and the list is whole all the same',
    async (id) => {
      const spaceId = id.startsWith('cid.') ? demoSpaceId(id) : id;
      const query = { parentId: '0', maxResults: 4 };
      const first = await files.list(spaceId, query);
      const second = await files.list(spaceId, { ...query, nextToken: nextTokenOf(first)! });
      const third = await files.list(spaceId, { ...query, nextToken: nextTokenOf(second)! });

      expect([first, second, third].map((page) => idsOf(page).length)).toEqual([3, 4, 2]);
      expect(new Set([first, second, third].flatMap((page) => idsOf(page))).size).toBe(9);
      expect(nextTokenOf(third)).toBeUndefined();
    },
  );

  test('a short page of one row is empty, and has a token', async () => {
    const { body } = await files.list('space.demo.shortPage', { parentId: '0', maxResults: 1 });

    expect(body).toEqual({ dentries: [], nextToken: expect.any(String) });
  });

  test('a page of space.demo.repeatedRow has a row twice, and the next page has it once more', async () => {
    const query = { parentId: '0', maxResults: 4, orderBy: 'NAME' };
    const first = await files.list('space.demo.repeatedRow', query);
    const second = await files.list('space.demo.repeatedRow', { ...query, nextToken: nextTokenOf(first)! });
    const third = await files.list('space.demo.repeatedRow', { ...query, nextToken: nextTokenOf(second)! });
    const ids = [first, second, third].flatMap((page) => idsOf(page));

    expect(idsOf(first)).toHaveLength(4);
    expect([idsOf(first)[2], idsOf(first)[3], idsOf(second)[0]]).toEqual(Array(3).fill(idsOf(first)[3]));
    expect([ids.length, new Set(ids).size, nextTokenOf(third)]).toEqual([11, 9, undefined]);
  });
});

test('an operator sees neither the rows nor the folder that are denied to them', async () => {
  sandbox.denyAccess('linxxxxx', '1001');
  const [own, others, inside] = await Promise.all([
    files.list('798xxxxx', { parentId: '0' }, 'linxxxxx'),
    files.list('798xxxxx', { parentId: '0' }),
    files.list('798xxxxx', { parentId: '1001' }, 'linxxxxx'),
  ]);
  sandbox.allowAccess('linxxxxx', '1001');

  expect(idsOf(own)).toEqual(idsOf(others).filter((id) => id !== '1001'));
  expect(refusalOf(inside)).toEqual([403, 'permissionDenied']);
});
