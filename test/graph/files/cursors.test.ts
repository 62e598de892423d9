import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { manyViewers } from '../../support/cached-gateway.ts';
import { startGateway, type Answer, type GatewayUnderTest } from '../../support/start-gateway.ts';
import { exampleSpace } from './calls.ts';

const page = `query ($spaceId: ID!, $parentId: ID!, $first: Int, $after: String, $orderBy: DentryOrder) {
  dentry(spaceId: $spaceId, dentryId: $parentId) {
    children(first: $first, after: $after, orderBy: $orderBy) {
      edges { cursor node { dentryId } }
      pageInfo { hasNextPage endCursor }
    }
  }
}`;

let gateway: GatewayUnderTest;
beforeAll(async () => {
  gateway = await startGateway({ environment: manyViewers });
});
afterAll(() => gateway.close());

const chy = { unionId: 'chyxxxxx', corpId: 'ding1234xxxxx' };

async function ask(variables: object, viewer = chy, of = gateway): Promise<Answer> {
  of.upstream.clearCalls();
  return await of.query(
    page,
    { spaceId: exampleSpace, parentId: '0', ...variables },
    {
      'x-router-secret': 'secret',
      'x-dingtalk-union-id': viewer.unionId,
      'x-dingtalk-corp-id': viewer.corpId,
    },
  );
}

const childrenIn = ({ body }: Answer): any => body.data.dentry.children;
const idsIn = (answer: Answer): string[] => childrenIn(answer).edges.map(({ node }: any) => node.dentryId);
const cursorsIn = (answer: Answer): string[] => childrenIn(answer).edges.map(({ cursor }: any) => cursor);
const listed = (of = gateway): (readonly (string | undefined)[])[] =>
  of.upstream.callsTo('dentries').map(({ query }) => [query['maxResults'], query['nextToken']]);

const rows = ['2011', '2007', '2006', '2004', '2001', '1002', '1001'];

test.each([0, 1, 2, 3])('behind row %d of a page the list goes on with the next row', async (row) => {
  const first = await ask({ first: 4 });

  const answer = await ask({ first: 2, after: cursorsIn(first)[row] });

  const inPage = rows.slice(0, 4).slice(row + 1, row + 3);
  expect(idsIn(answer)).toEqual(row === 3 ? ['2001', '1002'] : inPage);
  expect(childrenIn(answer).pageInfo.hasNextPage).toBe(true);
  expect(listed()).toHaveLength(1);
});

test('the end of a page in the middle of a list, shown in parts, leaves nothing out', async () => {
  const found: string[] = [];
  let answer = await ask({ first: 5 });
  found.push(...idsIn(answer));
  for (let calls = 0; childrenIn(answer).pageInfo.hasNextPage === true && calls < 10; calls += 1) {
    answer = await ask({ first: 1, after: childrenIn(answer).pageInfo.endCursor });
    found.push(...idsIn(answer));
  }

  expect(found).toEqual(rows);
});

test('another `first` in mid-list changes what is shown, not what DingTalk is asked for', async () => {
  const start = await ask({ first: 3 });
  const { endCursor } = childrenIn(start).pageInfo;

  const more = await ask({ first: 50, after: endCursor });
  const [, token] = listed()[0] ?? [];
  const less = await ask({ first: 1, after: endCursor });

  expect(idsIn(more)).toEqual(rows.slice(3, 6));
  expect(idsIn(less)).toEqual(rows.slice(3, 4));
  expect(token).toEqual(expect.any(String));
  expect(listed()).toEqual([['3', token]]);
});

test('behind the last row of all there is nothing', async () => {
  const all = await ask({});
  const { hasNextPage, endCursor } = childrenIn(all).pageInfo;

  const answer = await ask({ after: endCursor });

  expect(hasNextPage).toBe(false);
  expect(childrenIn(answer)).toEqual({ edges: [], pageInfo: { hasNextPage: false, endCursor: null } });
});

test('no token of DingTalk’s and no id can be read from a cursor', async () => {
  const answer = await ask({ first: 3 });
  const cursors = cursorsIn(answer);
  await ask({ first: 3, after: cursors.at(-1) });
  const [, token = ''] = listed()[0] ?? [];

  expect(token).not.toBe('');
  for (const cursor of cursors) {
    const bytes = Buffer.from(cursor, 'base64url').toString('latin1');
    for (const secret of [token, 'token', 'size', '2007', exampleSpace, chy.unionId]) {
      expect([cursor.includes(secret), bytes.includes(secret)]).toEqual([false, false]);
    }
  }
  // Two of the same place differ: nothing can be learned by comparing.
  expect(cursorsIn(await ask({ first: 3 }))).not.toContain(cursors[0]);
});

const foreign = {
  message: 'This cursor is not one of this list, order and person: start over without `after`.',
  locations: [expect.anything()],
  path: ['dentry', 'children'],
  extensions: { code: 'BAD_USER_INPUT', retryable: false, argument: 'after' },
};

test.each([
  ['another person', {}, { ...chy, unionId: 'linxxxxx' }],
  ['the same person in another organization', {}, { ...chy, corpId: 'ding5678xxxxx' }],
  ['another space', { spaceId: 'space.demo.a' }, chy],
  ['another folder', { parentId: '1001' }, chy],
  ['another field to sort by', { orderBy: { field: 'NAME' } }, chy],
  ['another direction', { orderBy: { direction: 'ASC' } }, chy],
])('a cursor is of no use to %s', async (_what, variables, viewer) => {
  const [cursor] = cursorsIn(await ask({ first: 3 }));

  const { body } = await ask({ ...variables, after: cursor }, viewer);

  expect(body).toEqual({ data: { dentry: { children: null } }, errors: [foreign] });
  expect(listed()).toEqual([]);
});

test.each([
  ['nothing', ''],
  ['a number', '7'],
  ['a text in base64', Buffer.from('{"size":50}').toString('base64url')],
  ['a hundred bytes', Buffer.alloc(100, 7).toString('base64url')],
  ['what is no base64', '💥'.repeat(100)],
  ['a long text', 'A'.repeat(100_000)],
])('%s is no cursor, and costs no call', async (_what, after) => {
  const { body } = await ask({ after });

  expect(body).toEqual({ data: { dentry: { children: null } }, errors: [foreign] });
  expect(listed()).toEqual([]);
});

test('a cursor with one bit changed is no cursor', async () => {
  const [cursor = ''] = cursorsIn(await ask({ first: 3 }));
  const bytes = Buffer.from(cursor, 'base64url');

  for (const place of bytes.keys()) {
    const changed = Buffer.from(bytes);
    changed.writeUInt8(bytes.readUInt8(place) ^ 1, place);
    const { body } = await ask({ after: changed.toString('base64url') });
    expect(body.errors).toEqual([foreign]);
    expect(listed()).toEqual([]);
  }
});

test('a token that DingTalk refuses is an error of `after`', async () => {
  const { endCursor } = childrenIn(await ask({ first: 3 })).pageInfo;
  gateway.upstream.addFault('dentries', { kind: 'error', code: 'paramError' }, 1);

  const { body } = await ask({ after: endCursor });

  expect(body).toEqual({
    data: { dentry: { children: null } },
    errors: [{ ...foreign, message: 'DingTalk no longer accepts this cursor: start over without `after`.' }],
  });
});

test('gateways of one application and DingTalk accept each other’s cursors', async () => {
  const environment = { ...manyViewers, DINGTALK_API_URL: gateway.upstream.url };
  await using other = await startGateway({ environment });
  const cursor = childrenIn(await ask({ first: 3 }, chy, other)).pageInfo.endCursor;

  const answer = await ask({ first: 3, after: cursor });

  expect(idsIn(answer)).toEqual(rows.slice(3, 6));
});
