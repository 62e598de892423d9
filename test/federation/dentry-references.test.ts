import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startGateway, type GatewayUnderTest } from '../support/start-gateway.ts';
import { bigFileIds, bigSpace, dentry, factsOfDentries, otherBigSpace } from './representations.ts';

const exampleSpace = '798xxxxx';

let gateway: GatewayUnderTest;
beforeAll(async () => {
  gateway = await startGateway();
});
beforeEach(() => gateway.upstream.clearCalls());
afterAll(() => gateway.close());

/** Each call of the upstream: its API, its space and how many ids it has; sorted, as calls arrive in any order. */
const calls = (): string[] =>
  gateway.upstream.calls
    .map(({ api, path, body }) => {
      const spaceId = /\/spaces\/([^/]+)/.exec(path)?.[1];
      const ids = (body as { dentryIds?: readonly string[] } | undefined)?.dentryIds;
      return [api, spaceId, ids?.length].filter((part) => part !== undefined).join(' ');
    })
    .filter((call) => call !== 'accessToken')
    .toSorted();

const ask = async (selection: string, representations: readonly object[]) => {
  const { status, body } = await gateway.query(
    `query ($representations: [_Any!]!) {
  _entities(representations: $representations) { ... on Dentry { ${selection} } }
}`,
    { representations },
  );
  return { status, body };
};

test('a subgraph that knows only the ids of a file gets its facts', async () => {
  const answer = await ask(
    '__typename spaceId dentryId uuid parentId type name path extension size version category',
    [dentry(exampleSpace, '2001')],
  );

  expect(answer).toEqual({
    status: 200,
    body: {
      data: {
        _entities: [
          {
            __typename: 'Dentry',
            spaceId: exampleSpace,
            dentryId: '2001',
            uuid: expect.stringMatching(/^[\da-f]{32}$/),
            parentId: '0',
            type: 'FILE',
            name: '项目计划 Project plan.docx',
            path: '/项目计划 Project plan.docx',
            extension: 'docx',
            size: expect.any(Number),
            version: 2,
            // Known from lists only.
            category: null,
          },
        ],
      },
    },
  });
  expect(calls()).toEqual(['dentriesBatch 798xxxxx 1']);
});

const of = (spaceId: string, count: number): object[] =>
  bigFileIds(spaceId, count).map((id) => dentry(spaceId, id));

describe('references are batched', () => {
  test.each([
    [
      '50 of one space',
      of(bigSpace, 50),
      ['dentriesBatch space.demo.big 20', 'dentriesBatch space.demo.big 30'],
    ],
    [
      '31 of one space and 19 of another',
      [...of(bigSpace, 31), ...of(otherBigSpace, 19)],
      [
        `dentriesBatch ${otherBigSpace} 19`,
        'dentriesBatch space.demo.big 1',
        'dentriesBatch space.demo.big 30',
      ],
    ],
    [
      '30 of each of two spaces, taken in turns',
      of(bigSpace, 30).flatMap((each, at) => [each, of(otherBigSpace, 30)[at]!]),
      [`dentriesBatch ${otherBigSpace} 30`, 'dentriesBatch space.demo.big 30'],
    ],
    ['40 of 20 files', [...of(bigSpace, 20), ...of(bigSpace, 20)], ['dentriesBatch space.demo.big 20']],
  ])('%s', async (_what, representations, expected) => {
    const { body } = await ask('__typename spaceId dentryId name', representations);

    expect(body.errors).toBeUndefined();
    expect(body.data).toMatchObject({ _entities: representations });
    expect(calls()).toEqual(expected);
  });

  test('thumbnails as well, beside the facts', async () => {
    const { body } = await ask('name thumbnail { url }', of(bigSpace, 50));

    expect(body.errors).toBeUndefined();
    expect(calls()).toEqual([
      'dentriesBatch space.demo.big 20',
      'dentriesBatch space.demo.big 30',
      'thumbnails space.demo.big 20',
      'thumbnails space.demo.big 30',
    ]);
  });
});

test('the key alone costs no call, even of a file that does not exist', async () => {
  const answer = await ask('__typename spaceId id: dentryId name @skip(if: true)', [
    dentry(exampleSpace, '2001'),
    dentry('nowhere', 'nothing'),
  ]);

  expect(answer).toEqual({
    status: 200,
    body: {
      data: {
        _entities: [
          { __typename: 'Dentry', spaceId: exampleSpace, id: '2001' },
          { __typename: 'Dentry', spaceId: 'nowhere', id: 'nothing' },
        ],
      },
    },
  });
  expect(calls()).toEqual([]);
});

test('a thumbnail needs no call for the file; a folder and a file without one have null', async () => {
  const answer = await ask('dentryId thumbnail { url width height }', [
    dentry(exampleSpace, '2002'),
    dentry(exampleSpace, '1002'),
    dentry(exampleSpace, '2003'),
  ]);

  expect(answer).toEqual({
    status: 200,
    body: {
      data: {
        _entities: [
          {
            dentryId: '2002',
            thumbnail: { url: expect.stringContaining('/thumbnails/798xxxxx/2002'), width: 320, height: 240 },
          },
          { dentryId: '1002', thumbnail: null },
          { dentryId: '2003', thumbnail: null },
        ],
      },
    },
  });
  expect(calls()).toEqual(['thumbnails 798xxxxx 3']);
});

test('the space of a file needs no call for the file', async () => {
  const { body } = await ask('space { corpId }', [
    dentry(exampleSpace, '2001'),
    dentry(exampleSpace, '2002'),
  ]);

  expect(body).toEqual({
    data: {
      _entities: [{ space: { corpId: 'ding1234xxxxx' } }, { space: { corpId: 'ding1234xxxxx' } }],
    },
  });
  expect(calls()).toEqual(['storageSpace 798xxxxx']);
});

test('parents are followed to the root, one call a level, shared by all references', async () => {
  const answer = await ask('name parent { name parent { name parent { name parent { name } } } }', [
    dentry(exampleSpace, '2005'),
    dentry(exampleSpace, '2008'),
    dentry(exampleSpace, '2011'),
  ]);

  const inContracts = {
    name: '2022',
    parent: { name: '合同 Contracts', parent: { name: '根目录 Root', parent: null } },
  };
  expect(answer).toEqual({
    status: 200,
    body: {
      data: {
        _entities: [
          { name: '备份 Backup.zip', parent: inContracts },
          { name: '账目 Ledger.xlsx', parent: inContracts },
          { name: 'readme.txt', parent: { name: '根目录 Root', parent: null } },
        ],
      },
    },
  });
  // The files; their two folders, the root among them; the folder above. Its parent, the root, is known.
  expect(calls()).toEqual([
    'dentriesBatch 798xxxxx 1',
    'dentriesBatch 798xxxxx 2',
    'dentriesBatch 798xxxxx 3',
  ]);
});

test('the parent of a file that is known by its key alone costs a call for the file, and one for the parent', async () => {
  const { body } = await ask('parent { dentryId name }', [
    dentry(exampleSpace, '2002'),
    dentry(exampleSpace, '0'),
  ]);

  expect(body).toEqual({
    data: { _entities: [{ parent: { dentryId: '1002', name: 'Photos 照片' } }, { parent: null }] },
  });
  expect(calls()).toEqual(['dentriesBatch 798xxxxx 1', 'dentriesBatch 798xxxxx 1']);
});

test('children of a folder are one list, null for a file, and their parent costs nothing more', async () => {
  const orderBy = 'orderBy: { field: NAME, direction: ASC }';
  const answer = await ask(
    `children(first: 2, ${orderBy}) { nodes { name parent { name } } pageInfo { hasNextPage } }`,
    [dentry(exampleSpace, '1002'), dentry(exampleSpace, '2001')],
  );

  const parent = { name: 'Photos 照片' };
  expect(answer).toEqual({
    status: 200,
    body: {
      data: {
        _entities: [
          {
            children: {
              nodes: [
                { name: '发布会 Launch.mp4', parent },
                { name: '团队合影 Team photo.png', parent },
              ],
              pageInfo: { hasNextPage: false },
            },
          },
          { children: null },
        ],
      },
    },
  });
  expect(calls()).toEqual(['dentries 798xxxxx', 'dentriesBatch 798xxxxx 2']);
});

test('a file that cannot be read is an error at its place, and its neighbours have their data', async () => {
  const { status, body } = await gateway.query(factsOfDentries, {
    representations: [
      dentry(exampleSpace, '2011'),
      dentry(exampleSpace, 'item.permissionDenied'),
      dentry(exampleSpace, 'nothing'),
      dentry(exampleSpace, 'dentry.missing'),
      dentry('nowhere', '2011'),
      dentry(exampleSpace, '1001'),
    ],
  });

  expect(status).toBe(200);
  expect(body.data).toEqual({
    _entities: [
      { name: 'readme.txt', size: 512 },
      null,
      null,
      null,
      null,
      { name: '合同 Contracts', size: null },
    ],
  });
  expect(
    body.errors!.map(({ path, extensions }) => [path, extensions.code, extensions.dingtalk?.code]).toSorted(),
  ).toEqual([
    [['_entities', 1], 'FORBIDDEN', 'permissionDenied'],
    [['_entities', 2], 'DENTRY_NOT_FOUND', 'dentryNotExist'],
    [['_entities', 3], 'UPSTREAM_MALFORMED_RESPONSE', undefined],
    [['_entities', 4], 'SPACE_NOT_FOUND', 'spaceNotExist'],
  ]);
  expect(calls()).toEqual(['dentriesBatch 798xxxxx 5', 'dentriesBatch nowhere 1']);
});

test('a field and a reference of the same file share one call', async () => {
  const { body } = await gateway.query(
    `query ($representations: [_Any!]!) {
      dentry(spaceId: "798xxxxx", dentryId: "2001") { name }
      dentries(spaceId: "798xxxxx", dentryIds: ["2001", "2011"]) { name }
      _entities(representations: $representations) { ... on Dentry { name } }
    }`,
    { representations: [dentry(exampleSpace, '2001'), dentry(exampleSpace, '2002')] },
  );

  expect(body).toEqual({
    data: {
      dentry: { name: '项目计划 Project plan.docx' },
      dentries: [{ name: '项目计划 Project plan.docx' }, { name: 'readme.txt' }],
      _entities: [{ name: '项目计划 Project plan.docx' }, { name: '团队合影 Team photo.png' }],
    },
  });
  expect(calls()).toEqual(['dentriesBatch 798xxxxx 3']);
});

const rule = (name: string): string =>
  `${name} must be a string of 1 to 256 characters, not all blank, none of them a control character, and neither "." nor "..".`;

test.each([
  ['no dentryId', { __typename: 'Dentry', spaceId: exampleSpace }, 'dentryId'],
  ['no spaceId', { __typename: 'Dentry', dentryId: '2001' }, 'spaceId'],
  ['no key', { __typename: 'Dentry' }, 'spaceId'],
  ['a null dentryId', dentry(exampleSpace, null), 'dentryId'],
  ['a number for a dentryId', dentry(exampleSpace, 2001), 'dentryId'],
  ['an empty dentryId', dentry(exampleSpace, ''), 'dentryId'],
  ['a blank dentryId', dentry(exampleSpace, '   '), 'dentryId'],
  ['a blank spaceId', dentry(' ', '2001'), 'spaceId'],
  ['the folder itself', dentry(exampleSpace, '.'), 'dentryId'],
  ['the folder above', dentry(exampleSpace, '..'), 'dentryId'],
  ['the space above', dentry('..', '2001'), 'spaceId'],
  ['a dentryId of 257 characters', dentry(exampleSpace, '2'.repeat(257)), 'dentryId'],
  ['a dentryId with a line break', dentry(exampleSpace, '2001\n'), 'dentryId'],
  ['half a surrogate pair', dentry(exampleSpace, '2001\uD83D'), 'dentryId'],
])('%s is an error at its path, and costs no call', async (_what, bad, argument) => {
  const { status, body } = await gateway.query(factsOfDentries, {
    representations: [bad, dentry(exampleSpace, '2011')],
  });

  expect({ status, body }).toEqual({
    status: 200,
    body: {
      data: { _entities: [null, { name: 'readme.txt', size: 512 }] },
      errors: [
        {
          message: rule(argument),
          locations: [{ line: 2, column: 3 }],
          path: ['_entities', 0],
          extensions: { code: 'BAD_USER_INPUT', retryable: false, argument },
        },
      ],
    },
  });
  expect(calls()).toEqual(['dentriesBatch 798xxxxx 1']);
});
