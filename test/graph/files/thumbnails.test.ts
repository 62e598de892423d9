import { expect, test } from '@jest/globals';
import { demoDentryId } from '../../../src/sandbox/files/demo-tree.ts';
import { demoSpaceId } from '../../../src/sandbox/demo-space.ts';
import { startGateway } from '../../support/start-gateway.ts';
import { callsSeen, exampleSpace } from './calls.ts';

const thumbnails = `query ($spaceId: ID!, $ids: [ID!]!) {
  dentries(spaceId: $spaceId, dentryIds: $ids) { thumbnail { url width height } }
}`;
const batchCalls = (calls: readonly string[]): readonly string[] =>
  calls.filter((call) => call.startsWith('thumbnails'));

test('files have a thumbnail or none, folders have none, and one that fails fails alone', async () => {
  await using gateway = await startGateway();
  const ids = ['2001', '1001', '2002', '2009', '2010', '2008', '2003'];

  const { body } = await gateway.query(thumbnails, { spaceId: exampleSpace, ids });

  const picture = (id: string): object => ({
    thumbnail: {
      url: `${gateway.upstream.url}/thumbnails/${exampleSpace}/${id}`,
      width: 320,
      height: 240,
    },
  });
  const none = { thumbnail: null };
  expect(body).toEqual({
    data: { dentries: [picture('2001'), none, picture('2002'), none, none, none, none] },
    errors: [
      {
        message: 'DingTalk has found a virus in this file: it has no thumbnail.',
        locations: [expect.anything()],
        path: ['dentries', 3, 'thumbnail'],
        extensions: { code: 'DENTRY_BLOCKED', retryable: false, dingtalk: { code: 'fileViral' } },
      },
    ],
  });
  expect(batchCalls(callsSeen(gateway))).toEqual([
    `thumbnails ${exampleSpace} {"dentryIds":["2001","2002","2009","2010","2008","2003"]}`,
  ]);
});

test('a thumbnail that is made later is there at the second ask', async () => {
  await using gateway = await startGateway();
  const ask = () => gateway.query(thumbnails, { spaceId: exampleSpace, ids: ['2010'] });

  const [first, second] = [await ask(), await ask()];

  expect(first.body).toEqual({ data: { dentries: [{ thumbnail: null }] } });
  expect(second.body.data.dentries[0].thumbnail.url).toMatch(/\/thumbnails\/798xxxxx\/2010$/);
});

test('the thumbnails of a page of fifty are two calls', async () => {
  await using gateway = await startGateway();
  const spaceId = demoSpaceId('cid.demo.big');

  const { body } = await gateway.query(
    'query ($id: ID!) { space(spaceId: $id) { dentries { nodes { dentryId thumbnail { width } } } } }',
    { id: spaceId },
  );

  expect(body.errors).toBeUndefined();
  expect(body.data.space.dentries.nodes).toHaveLength(50);
  expect(body.data.space.dentries.nodes.every(({ thumbnail }: any) => thumbnail.width === 320)).toBe(true);
  expect(batchCalls(callsSeen(gateway))).toHaveLength(2);
  expect(gateway.upstream.callsTo('dentries')).toHaveLength(1);
  expect(gateway.upstream.callsTo('dentriesBatch')).toHaveLength(0);
});

const item = (dentryId: string | undefined, more: object): object => ({
  spaceId: 'space.demo.a',
  dentryId,
  ...more,
});

test('items that are missing or of an unknown code fail alone', async () => {
  await using gateway = await startGateway();
  const ids = [0, 1, 2].map((place) => demoDentryId('space.demo.a', place + 4));
  const resultItems = [
    item(ids[2], { success: true, thumbnail: { url: 'https://a.example/t', width: '9' } }),
    item(ids[1], { success: false, errorCode: 'somethingNew' }),
  ];
  const body = JSON.stringify({ resultItems });
  gateway.upstream.addFault('thumbnails', { kind: 'answer', status: 200, body }, 1);

  const answer = await gateway.query(thumbnails, { spaceId: 'space.demo.a', ids });

  expect(answer.body.data).toEqual({
    dentries: [
      { thumbnail: null },
      { thumbnail: null },
      { thumbnail: { url: 'https://a.example/t', width: 9, height: null } },
    ],
  });
  expect(answer.body.errors?.map(({ path, extensions }) => [path?.[1], extensions.code])).toEqual([
    [0, 'UPSTREAM_MALFORMED_RESPONSE'],
    [1, 'UPSTREAM_MALFORMED_RESPONSE'],
  ]);
});

test.each(['thumbnailNotExist', 'dentryFormatNotSupport'])(
  '%s for a whole call is null without an error',
  async (code) => {
    await using gateway = await startGateway();

    const { body } = await gateway.query(
      `{ dentry(spaceId: "${exampleSpace}", dentryId: "dentry.${code}") { name thumbnail { url } } }`,
    );

    expect(body).toEqual({ data: { dentry: { name: `dentry.${code}.docx`, thumbnail: null } } });
  },
);
