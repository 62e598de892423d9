import { expect, test } from '@jest/globals';
import { startCachedGateway, type CachedGateway } from '../support/cached-gateway.ts';

const ttlMs = 60_000;
const ids = ['2001', '2002'] as const;

const read = (gateway: CachedGateway, asked: readonly string[] = ids) =>
  gateway.query(
    'query ($ids: [ID!]!) { dentries(spaceId: "798xxxxx", dentryIds: $ids) { thumbnail { url } } }',
    {
      ids: asked,
    },
  );
const urlsIn = ({ body }: { readonly body: { readonly data?: any } }): (string | undefined)[] =>
  body.data.dentries.map(({ thumbnail }: any) => thumbnail?.url);
const asked = ({ upstream }: CachedGateway): unknown[] =>
  upstream.callsTo('thumbnails').map(({ body }) => (body as any).dentryIds);

/** The next answer has urls that end so many seconds from now, by the id; undefined: urls that say nothing of it. */
function signUrls(gateway: CachedGateway, seconds: Readonly<Record<string, number | string>>): void {
  const nowS = Math.floor(gateway.clock.wallMs() / 1000);
  const resultItems = Object.entries(seconds).map(([dentryId, lives]) => {
    const ends = typeof lives === 'number' ? String(nowS + lives) : lives;
    const url = `https://a.example/${dentryId}?OSSAccessKeyId=x&Expires=${ends}`;
    return { spaceId: '798xxxxx', dentryId, success: true, thumbnail: { url } };
  });
  const body = JSON.stringify({ resultItems });
  gateway.upstream.addFault('thumbnails', { kind: 'answer', status: 200, body }, 1);
}

test('a thumbnail is served for CACHE_TTL_MS, and never stale', async () => {
  await using gateway = await startCachedGateway();
  const first = urlsIn(await read(gateway));

  gateway.clock.advance(ttlMs - 1);
  const fresh = urlsIn(await read(gateway));
  const before = asked(gateway).length;
  gateway.clock.advance(1);
  gateway.upstream.addFault('thumbnails', { kind: 'html', status: 200 });
  const late = urlsIn(await read(gateway));

  expect([fresh, before]).toEqual([first, 1]);
  expect(late).toEqual([undefined, undefined]);
  expect(asked(gateway)).toEqual([ids, ids]);
});

test('a url that ends earlier is not served beyond its end', async () => {
  await using gateway = await startCachedGateway();
  signUrls(gateway, { '2001': 20, '2002': 3600 });
  const [short, long] = urlsIn(await read(gateway));

  gateway.clock.advance(18_999);
  expect(urlsIn(await read(gateway))).toEqual([short, long]);
  gateway.clock.advance(1001);
  signUrls(gateway, { '2001': 40 });
  const after = urlsIn(await read(gateway));

  expect(after).toEqual([expect.stringContaining('/2001?'), long]);
  expect(after[0]).not.toBe(short);
  expect(asked(gateway)).toEqual([ids, ['2001']]);
});

test.each(['0', 'soon', '', '99999999999999999999'])(
  'an end of %j is read as far as it can be',
  async (ends) => {
    await using gateway = await startCachedGateway();
    signUrls(gateway, { '2001': ends });

    const [first] = urlsIn(await read(gateway, ['2001']));
    const [second] = urlsIn(await read(gateway, ['2001']));

    // A url that has ended is given to those who asked, and to nobody later.
    expect(first).toContain('https://a.example/2001');
    expect(second === first).toBe(ends !== '0');
  },
);

test('that there is none is remembered as well', async () => {
  await using gateway = await startCachedGateway();

  const first = await read(gateway, ['2010']);
  const second = await read(gateway, ['2010']);
  gateway.clock.advance(ttlMs);
  const third = await read(gateway, ['2010']);

  expect([first, second, third].map(urlsIn)).toEqual([
    [undefined],
    [undefined],
    [expect.stringContaining('/2010')],
  ]);
  expect(asked(gateway)).toHaveLength(2);
});

test('a virus is remembered for a short time, as other refusals are', async () => {
  await using gateway = await startCachedGateway();

  const answers = [await read(gateway, ['2009']), await read(gateway, ['2009'])];
  expect(asked(gateway)).toHaveLength(1);
  gateway.clock.advance(5000);
  answers.push(await read(gateway, ['2009']));

  expect(answers.map(({ body }) => body.errors?.map(({ extensions }) => extensions.code))).toEqual([
    ['DENTRY_BLOCKED'],
    ['DENTRY_BLOCKED'],
    ['DENTRY_BLOCKED'],
  ]);
  expect(asked(gateway)).toHaveLength(2);
});
