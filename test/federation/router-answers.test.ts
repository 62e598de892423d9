import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { publicCodes } from '../../src/errors/codes.ts';
import { unpadded } from './codes-table.ts';
import {
  routers,
  startRouters,
  type FakeAnswer,
  type RouterName,
  type RoutersUnderTest,
} from './routers-under-test.ts';
import { areWanted, type Reply } from './supergraph-under-test.ts';

const wanted = areWanted('what routers make of answers');

const docs = await readFile(new URL('../../docs/federation.md', import.meta.url), 'utf8');
const written = (name: string): string =>
  new RegExp(`<!-- ${name} -->\\n+([^]*?)\\n+<!-- /${name} -->`).exec(docs)?.[1] ?? '';
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

const json = 'application/json; charset=utf-8';
const graphqlResponse = 'application/graphql-response+json; charset=utf-8';
const extensions = { code: 'SPACE_NOT_FOUND', retryable: false };

interface Variables {
  readonly representations: readonly { readonly spaceId: string }[];
}

/** Spaces whose id begins with `bad` fail: as a whole, or below `at`. */
function entities({ representations }: Variables, at: readonly (string | number)[] = []): object {
  const failed = representations.flatMap(({ spaceId }, index) => (spaceId.startsWith('bad') ? [index] : []));
  return {
    data: {
      _entities: representations.map(({ spaceId }, index) =>
        failed.includes(index) && at.length === 0
          ? null
          : {
              __typename: 'Space',
              spaceId,
              corpId: 'ding1234xxxxx',
              dentries: { nodes: [{ thumbnail: null }, { thumbnail: null }] },
            },
      ),
    },
    errors: failed.map((index) => ({
      message: 'no such space',
      path: ['_entities', index, ...at],
      extensions,
    })),
  };
}

const fate = (said: unknown, heard: unknown): string =>
  heard === said ? 'kept' : typeof heard === 'string' ? `\`${heard}\`` : 'lost';

(wanted ? describe : describe.skip)('routers over a subgraph', () => {
  let supergraph: RoutersUnderTest;
  beforeAll(async () => {
    supergraph = await startRouters(1000);
  }, 120_000);
  afterAll(() => supergraph?.close(), 30_000);

  const answerEntities = (status: number, contentType: string, at?: readonly (string | number)[]): void =>
    supergraph.answerWith(({ variables }) => ({
      status,
      headers: { 'content-type': contentType },
      body: entities(variables as unknown as Variables, at),
    }));
  const ask = (router: RouterName, query: string): Promise<Reply> => supergraph.query(router, query);
  const askAll = (query: string): Promise<readonly Reply[]> =>
    Promise.all(routers.map((router) => ask(router, query)));

  const statusRow = async (first: string, said: typeof extensions): Promise<string[]> => {
    const replies = await askAll('{ spaces(ids: ["a", "bad"]) { corpId } }');
    return [
      first,
      ...replies.flatMap(({ data, errors }) => [
        JSON.stringify(data).includes('ding1234xxxxx') ? 'kept' : '–',
        fate(said.code, errors![0]!.extensions['code']),
        fate(said.retryable, errors![0]!.extensions['retryable']),
      ]),
    ];
  };

  const headersBehind = async (router: RouterName): Promise<object> => {
    answerEntities(200, json);
    await ask(router, '{ spaces(ids: ["a"]) { corpId } }');
    const [headers, ...others] = supergraph.seen;
    expect(others).toEqual([]);
    return {
      accept: headers!.accept,
      gzip: headers!['accept-encoding']!.includes('gzip'),
      contentType: headers!['content-type'],
      contentEncoding: headers!['content-encoding'],
    };
  };

  test.each(routers)(
    '%s neither forwards the headers for fresh data and costs nor sends them',
    async (router) => {
      answerEntities(200, json);
      await supergraph.query(router, '{ spaces(ids: ["a"]) { corpId } }');
      const headers = { 'cache-control': 'no-cache', 'x-cost': '1' };
      await supergraph.query(router, '{ spaces(ids: ["b"]) { corpId } }', headers);

      const names = supergraph.seen.map((each) => Object.keys(each));
      expect(names).toHaveLength(2);
      for (const name of ['cache-control', 'pragma', 'x-cost']) expect(names.flat()).not.toContain(name);
    },
  );

  test('they accept application/graphql-response+json by name or by */*; they ask for gzip and send none', async () => {
    expect(await headersBehind('Hive Gateway')).toEqual({
      accept: 'application/graphql-response+json, application/json, multipart/mixed',
      gzip: true,
      contentType: 'application/json',
      contentEncoding: undefined,
    });
    expect(await headersBehind('Apollo Gateway')).toEqual({
      accept: '*/*',
      gzip: true,
      contentType: 'application/json',
      contentEncoding: undefined,
    });
  });

  test('a nullable reference that fails is null alone; a non-null one takes the whole answer', async () => {
    answerEntities(200, json);
    const nullable = await askAll('{ spaces(ids: ["a", "bad"]) { corpId } }');
    const required = await askAll('{ required(ids: ["a", "bad"]) { corpId } spaces(ids: ["b"]) { corpId } }');

    for (const { data } of nullable) expect(data).toEqual({ spaces: [{ corpId: 'ding1234xxxxx' }, null] });
    for (const { data, errors } of required) {
      expect(data).toBeNull();
      expect(errors).toMatchObject([{ extensions }]);
    }
  });

  test('the paths of errors are those of the table in docs/federation.md', async () => {
    const reference = { at: [], select: '{ corpId }' };
    const below = {
      at: ['dentries', 'nodes', 1, 'thumbnail'],
      select: '{ dentries { nodes { thumbnail { width } } } }',
    };
    const cases = [
      { field: 'spaces(ids: ["a", "bad", "c"])', inner: '', ...reference, place: '`spaces[1]`' },
      { field: 'nested(ids: [["a"], ["b", "bad"]])', inner: '', ...reference, place: '`nested[1][1]`' },
      { field: 'folders(ids: ["a", "b", "bad"])', inner: 'space', ...reference, place: '`folders[2].space`' },
      { field: 'spaces(ids: ["a", "b", "bad"])', inner: '', ...below, place: 'a file in `spaces[2]`' },
      {
        field: 'folders(ids: ["a", "b", "bad"])',
        inner: 'space',
        ...below,
        place: 'a file in `folders[2].space`',
      },
    ];
    const rows = [];
    for (const { field, inner, at, select, place } of cases) {
      answerEntities(200, json, at);
      const replies = await askAll(`{ ${field} ${inner ? `{ ${inner} ${select} }` : select} }`);
      rows.push([place, ...replies.map(({ errors }) => `\`${errors![0]!.path!.join('.')}\``)]);
    }

    expect(unpadded(written('paths'))).toBe(unpadded(table(['the error is at', ...routers], rows)));
  });

  test('what they make of each HTTP status is in the table in docs/federation.md', async () => {
    const refused = { code: 'OUR_CODE', retryable: true };
    const refusal = (status: number): FakeAnswer => ({
      status,
      headers: { 'content-type': graphqlResponse },
      body: { errors: [{ message: 'refused', extensions: refused }] },
    });
    const rows = [];
    for (const [status, type] of [
      [200, json],
      [294, graphqlResponse],
    ] as const) {
      answerEntities(status, type);
      rows.push(await statusRow(`${status}, data and errors`, extensions));
    }
    for (const status of [400, 401, 422, 429, 503]) {
      supergraph.answerWith(() => refusal(status));
      rows.push(await statusRow(`${status}, errors alone`, refused));
      // Neither asks again.
      expect(supergraph.seen).toHaveLength(2);
    }
    const head = ['status', ...routers.flatMap((name) => [`${name}: data`, '`code`', '`retryable`'])];

    expect(unpadded(written('statuses'))).toBe(unpadded(table(head, rows)));
  });

  test('a subgraph that never answers is given up at the deadline of the router’s configuration', async () => {
    supergraph.answerWith(() => undefined);
    const replies = await askAll('{ spaces(ids: ["a", "bad"]) { corpId } }');

    expect(replies.map(({ data }) => data)).toEqual([{ spaces: [null, null] }, { spaces: [null, null] }]);
    expect(replies.map(({ errors }) => errors![0]!.extensions)).toEqual([
      // Hive Gateway exposes the subgraph’s URL and the operation, as the docs warn, but no header.
      {
        code: 'GATEWAY_TIMEOUT',
        serviceName: 'dingtalk',
        request: { method: 'POST', url: expect.any(String), body: expect.any(String) },
      },
      { code: 'INTERNAL_SERVER_ERROR' },
    ]);
  });

  test.each(Object.keys(publicCodes))(
    '%s of a field reaches the client with all that is beside it',
    async (code) => {
      const said = {
        code,
        retryable: true,
        retryAfterMs: 1500,
        argument: 'after',
        dingtalk: { code: 'x', status: 429, requestId: 'R', requiredScopes: ['Storage.Space.Read'] },
      };
      supergraph.answerWith(() => ({
        status: 200,
        headers: { 'content-type': json },
        body: {
          data: { _entities: [null] },
          errors: [{ message: 'one sentence', path: ['_entities', 0], extensions: said }],
        },
      }));
      const replies = await askAll('{ spaces(ids: ["bad"]) { corpId } }');

      for (const { errors } of replies) {
        expect(errors).toMatchObject([{ message: 'one sentence', extensions: said }]);
      }
    },
  );
});
