import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { demoSpaceId } from '../../../src/sandbox/demo-space.ts';
import { startGateway, type Answer, type GatewayUnderTest } from '../../support/start-gateway.ts';
import { callsSeen, exampleSpace } from './calls.ts';

const page = `query ($spaceId: ID!, $parentId: ID, $first: Int, $after: String, $orderBy: DentryOrder) {
  space(spaceId: $spaceId) {
    dentries(parentId: $parentId, first: $first, after: $after, orderBy: $orderBy) {
      edges { cursor node { dentryId } }
      nodes { dentryId }
      pageInfo { hasNextPage endCursor }
    }
  }
}`;

let gateway: GatewayUnderTest;
beforeAll(async () => {
  gateway = await startGateway({ environment: { CACHE_TTL_MS: '86400000', CACHE_LIST_TTL_MS: '0' } });
});
afterAll(() => gateway.close());

async function ask(variables: Record<string, unknown>): Promise<Answer> {
  gateway.upstream.clearCalls();
  return await gateway.query(page, { spaceId: exampleSpace, ...variables });
}

const listCalls = (): readonly string[] => callsSeen(gateway).filter((call) => call.startsWith('dentries '));
const idsIn = ({ body }: Answer): string[] =>
  body.data.space.dentries.nodes.map(({ dentryId }: any) => dentryId);

/** The ids of a whole list, by pages of `first` rows. */
async function walk(spaceId: string, first: number): Promise<string[]> {
  const ids: string[] = [];
  for (let after: string | null = null, more = true; more;) {
    const answer = await ask({ spaceId, first, after });
    expect(answer.body.errors).toBeUndefined();
    ids.push(...idsIn(answer));
    ({ endCursor: after, hasNextPage: more } = answer.body.data.space.dentries.pageInfo);
  }
  return ids;
}

test('a page has each row with its cursor, and is one call', async () => {
  const { body } = await ask({ first: 2 });

  const nodes = [{ dentryId: '2011' }, { dentryId: '2007' }];
  expect(body).toEqual({
    data: {
      space: {
        dentries: {
          edges: nodes.map((node) => ({ cursor: expect.stringMatching(/^[\w-]{60,}$/), node })),
          nodes,
          pageInfo: { hasNextPage: true, endCursor: expect.stringMatching(/^[\w-]{60,}$/) },
        },
      },
    },
  });
  expect(listCalls()).toEqual([
    `dentries ${exampleSpace} {"parentId":"0","orderBy":"MODIFIED_TIME","order":"DESC","maxResults":"2"}`,
  ]);
});

test.each([
  ['the latest change first', {}, ['2011', '2007', '2006', '2004', '2001', '1002', '1001']],
  [
    'by name',
    { orderBy: { field: 'NAME', direction: 'ASC' } },
    ['1002', '2011', '2004', '1001', '2006', '2007', '2001'],
  ],
  ['the largest first', { orderBy: { field: 'SIZE' }, first: 1 }, ['2004']],
  ['with null for every default', { first: null, parentId: null, orderBy: null, after: null }, 7],
  ['another folder', { parentId: '1001' }, ['2012', '2009', '1003']],
])('lists %s', async (_what, variables, expected) => {
  const answer = await ask(variables);

  expect(answer.body.errors).toBeUndefined();
  if (typeof expected === 'number') expect(idsIn(answer)).toHaveLength(expected);
  else expect(idsIn(answer)).toEqual(expected);
  expect(listCalls()).toHaveLength(1);
});

test.each([1, 50])('first may be %d', async (first) => {
  const answer = await ask({ spaceId: 'space.demo.big', first });

  expect(idsIn(answer)).toHaveLength(first);
});

test.each([0, 51, -1])('first: %d is refused without a call for the list', async (first) => {
  const { body } = await ask({ first });

  expect(body).toEqual({
    data: { space: { dentries: null } },
    errors: [
      {
        message: 'first must be 1 to 50.',
        locations: [expect.anything()],
        path: ['space', 'dentries'],
        extensions: { code: 'BAD_USER_INPUT', retryable: false, argument: 'first' },
      },
    ],
  });
  expect(listCalls()).toHaveLength(0);
});

test('a walk through ten thousand files by pages of fifty finds each once', async () => {
  const ids = await walk(demoSpaceId('cid.demo.big'), 50);

  expect(ids).toHaveLength(10_000);
  expect(new Set(ids).size).toBe(10_000);
}, 60_000);

test.each([1, 2, 3, 50])('a walk by pages of %d ends, and no call has an empty token', async (first) => {
  const ids = await walk(exampleSpace, first);

  expect(ids).toEqual(['2011', '2007', '2006', '2004', '2001', '1002', '1001']);
  expect(gateway.upstream.callsTo('dentries').some(({ query }) => query['nextToken'] === '')).toBe(false);
});

test('a page that is a row short has a next page all the same', async () => {
  const answer = await ask({ spaceId: 'space.demo.shortPage', first: 4 });

  expect(idsIn(answer)).toHaveLength(3);
  expect(answer.body.data.space.dentries.pageInfo.hasNextPage).toBe(true);
  const all = await walk('space.demo.shortPage', 4);
  expect(new Set(all).size).toBe(all.length);
  expect(all.toSorted()).toEqual((await walk('space.demo.shortPage', 50)).toSorted());
});

test('a row that is twice on a page is shown once', async () => {
  const answer = await ask({ spaceId: 'space.demo.repeatedRow', first: 4 });

  const ids = idsIn(answer);
  expect(ids).toHaveLength(3);
  expect(new Set(ids).size).toBe(3);
  // DingTalk repeats it at the start of the next page, which only a client that keeps all pages can drop.
  const all = await walk('space.demo.repeatedRow', 4);
  expect(new Set(all).size).toBe(all.length - 1);
});

test('an empty page with a token goes on', async () => {
  const { body: first } = await ask({ first: 1 });
  const { endCursor } = first.data.space.dentries.pageInfo;
  const token = gateway.upstream.callsTo('dentries').at(-1);
  expect(token?.query['nextToken']).toBeUndefined();
  await ask({ first: 1, after: endCursor });
  const nextToken = gateway.upstream.callsTo('dentries').at(-1)?.query['nextToken'];
  const empty = JSON.stringify({ dentries: [], nextToken });
  gateway.upstream.addFault('dentries', { kind: 'answer', status: 200, body: empty }, 1);

  const answer = await ask({ first: 1 });
  const { pageInfo, nodes } = answer.body.data.space.dentries;
  const next = await ask({ first: 1, after: pageInfo.endCursor });

  expect([nodes, pageInfo]).toEqual([[], { hasNextPage: true, endCursor: expect.any(String) }]);
  expect(idsIn(next)).toEqual(['2007']);
  expect(listCalls()).toEqual([expect.stringContaining(`"nextToken":"${nextToken}"`)]);
});

test('an empty folder is a page without rows', async () => {
  gateway.upstream.addFault(
    'dentries',
    { kind: 'answer', status: 200, body: '{"dentries":[],"nextToken":""}' },
    1,
  );

  const { body } = await ask({});

  expect(body).toEqual({
    data: {
      space: { dentries: { edges: [], nodes: [], pageInfo: { hasNextPage: false, endCursor: null } } },
    },
  });
});
