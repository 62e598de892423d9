import { expect, test } from '@jest/globals';
import { startGateway, type Answer } from '../../support/start-gateway.ts';
import { codesAt, exampleSpace } from './calls.ts';

const mebibyte = 1024 * 1024;
const list = `{ space(spaceId: "${exampleSpace}") { dentries { nodes { dentryId } pageInfo { hasNextPage } } } }`;
const row = (id: string): object => ({ id, spaceId: exampleSpace, type: 'FILE', name: `${id}.txt` });

/** Asks for a page that the upstream answers so. */
async function read(body: string): Promise<Answer> {
  await using gateway = await startGateway();
  gateway.upstream.addFault('dentries', { kind: 'answer', status: 200, body }, 1);
  return await gateway.query(list);
}

const pageWith = (appProperties: string): string =>
  JSON.stringify({ dentries: [{ ...row('7'), appProperties }] });
/** A page of that many bytes, most of them in properties that the graph does not have. */
const pageOf = (bytes: number): string => pageWith('x'.repeat(bytes - pageWith('').length));

test('a page of one mebibyte is read', async () => {
  const { body } = await read(pageOf(mebibyte));

  expect(body).toEqual({
    data: {
      space: { dentries: { nodes: [{ dentryId: '7' }], pageInfo: { hasNextPage: false } } },
    },
  });
});

test('a longer page is refused', async () => {
  const answer = await read(pageOf(mebibyte + 1));

  expect(answer.body.data).toEqual({ space: { dentries: null } });
  expect(codesAt(answer)).toEqual({ 'space.dentries': 'UPSTREAM_MALFORMED_RESPONSE' });
});

test.each([
  ['no list', {}],
  ['a text for the list', { dentries: 'none' }],
  ['an error of the legacy host', { errcode: 404, errmsg: 'no' }],
  ['a row without a name', { dentries: [{ ...row('7'), name: undefined }] }],
])('a page with %s is malformed', async (_what, page) => {
  const answer = await read(JSON.stringify(page));

  expect(answer.body.data).toEqual({ space: { dentries: null } });
  expect(codesAt(answer)).toEqual({ 'space.dentries': 'UPSTREAM_MALFORMED_RESPONSE' });
});

test.each([null, '', undefined])('a next token of %j ends the list', async (nextToken) => {
  const { body } = await read(JSON.stringify({ dentries: [row('1'), row('1')], nextToken }));

  expect(body.data.space.dentries).toEqual({
    nodes: [{ dentryId: '1' }],
    pageInfo: { hasNextPage: false },
  });
});

test('more rows than were asked for are shown on a later page', async () => {
  await using gateway = await startGateway();
  const body = JSON.stringify({ dentries: ['1', '2', '3'].map(row) });
  gateway.upstream.addFault('dentries', { kind: 'answer', status: 200, body });
  const ask = (after: string | null) =>
    gateway.query(
      `query ($after: String) {
        space(spaceId: "${exampleSpace}") {
          dentries(first: 2, after: $after) { nodes { dentryId } pageInfo { hasNextPage endCursor } }
        }
      }`,
      { after },
    );

  const first = await ask(null);
  const second = await ask(first.body.data.space.dentries.pageInfo.endCursor);

  expect(first.body.data.space.dentries).toMatchObject({
    nodes: [{ dentryId: '1' }, { dentryId: '2' }],
    pageInfo: { hasNextPage: true },
  });
  expect(second.body.data.space.dentries).toMatchObject({
    nodes: [{ dentryId: '3' }],
    pageInfo: { hasNextPage: false },
  });
});
