import { expect, test } from '@jest/globals';
import { codeBlocks } from '../support/code-blocks.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { readPage } from '../support/pages.ts';
import { startGateway } from '../support/start-gateway.ts';

const readme = await readPage('README.md');
const architecture = await readPage('docs/architecture.md');
const groupFiles = await readPage('docs/group-files.md');

test('the first query of the README gives its answer', async () => {
  await using gateway = await startGateway();
  const [query = ''] = codeBlocks(readme, 'graphql');
  const [answer = ''] = codeBlocks(readme, 'json');

  const { body } = await gateway.query(query);

  expect(body).toEqual(JSON.parse(answer));
});

test('the second query of the README lists the files of the example', async () => {
  await using gateway = await startGateway();
  const [, query = ''] = codeBlocks(readme, 'graphql');

  const { body } = await gateway.query(query);

  expect(body.errors).toBeUndefined();
  expect(body.data.conversationSpace.dentries.nodes).toHaveLength(7);
  expect(body.data.conversationSpace.dentries.nodes[0]).toEqual({
    dentryId: '2011',
    name: 'readme.txt',
    thumbnail: { url: expect.any(String) },
  });
});

test('the answer with x-explain is that of the command two seconds after the first query', async () => {
  const clock = createManualClock();
  await using gateway = await startGateway({ clock, environment: { CACHE_TTL_MS: '60000' } });
  const [command = ''] = codeBlocks(architecture, 'sh');
  const [answer = ''] = codeBlocks(architecture, 'json');
  const { query } = JSON.parse(/-d '(.*)'/.exec(command)?.[1] ?? '') as { query: string };

  await gateway.query(query);
  clock.advance(2000);
  const { body } = await gateway.query(query, {}, { 'x-explain': '1' });

  expect(body).toEqual(JSON.parse(answer));
});

/** Each query of the page about files by its operation's name, with the answer and the calls that follow it. */
const fileExamples = [
  ...groupFiles.matchAll(
    /^```graphql\n(query (\w+).*?)^```\n+^```json\n(.*?)^```\n+^Calls: ((?:\d[^`]* `\w+`(?:, )?)+)\.$/gms,
  ),
].map(([, query = '', name = '', answer = '', calls = '']) => ({ name, query, answer, calls }));

/** `…` stands for any text; `… 5 more` at the end of a list for as many rows. */
function expectAnswer(actual: unknown, shown: unknown): void {
  if (shown === '…') return expect(actual).toEqual(expect.stringMatching(/./));
  if (typeof shown !== 'object' || shown === null) return expect(actual).toEqual(shown);
  const more = Array.isArray(shown) ? /^… (\d+) more$/.exec(String(shown.at(-1)))?.[1] : undefined;
  const rows = more === undefined ? shown : (shown as unknown[]).slice(0, -1);
  const keys = Object.keys(rows);
  const found = Object.keys(actual ?? {}).slice(0, more === undefined ? undefined : keys.length);
  expect(found.toSorted()).toEqual(keys.toSorted());
  if (more !== undefined) expect(actual).toHaveLength(keys.length + Number(more));
  for (const key of keys) expectAnswer((actual as never)[key], rows[key as never]);
}

/** How often each API may have been called, as `2 to 3` says it: `[2, 3]`. */
const boundsOf = (calls: string): Record<string, [from: number, to: number]> =>
  Object.fromEntries(
    [...calls.matchAll(/(\d+)(?: to (\d+))? `(\w+)`/g)].map(([, from, to = from, api = '']) => [
      api,
      [Number(from), Number(to)],
    ]),
  );

test('every query of docs/group-files.md is followed by its answer and its calls', () => {
  expect(fileExamples).toHaveLength(codeBlocks(groupFiles, 'graphql').length);
});

test.each(fileExamples)('$name of docs/group-files.md gives its answer for its calls', async (example) => {
  await using gateway = await startGateway();

  const { body } = await gateway.query(example.query);

  const errors = body.errors?.map(({ message, path, extensions }) => ({ message, path, extensions }));
  expectAnswer({ data: body.data, ...(errors && { errors }) }, JSON.parse(example.answer));
  const bounds = boundsOf(example.calls);
  const apis = gateway.upstream.calls.map(({ api }) => api).filter((api) => api !== 'accessToken');
  expect([...new Set(apis)].toSorted()).toEqual(Object.keys(bounds).toSorted());
  for (const [api, [from, to]] of Object.entries(bounds)) {
    const count = apis.filter((each) => each === api).length;
    expect(count).toBeGreaterThanOrEqual(from);
    expect(count).toBeLessThanOrEqual(to);
  }
});

test('FiftyFiles of docs/group-files.md goes on behind its last cursor', async () => {
  await using gateway = await startGateway();
  const { query = '' } = fileExamples.find(({ name }) => name === 'FiftyFiles') ?? {};

  const first = (await gateway.query(query)).body.data.conversation.space.dentries;
  const { body } = await gateway.query(query, { after: first.pageInfo.endCursor });
  const second = body.data.conversation.space.dentries;

  const ids = [first, second].flatMap(({ nodes }) =>
    nodes.map((node: { dentryId: string }) => node.dentryId),
  );
  expect(new Set(ids).size).toBe(100);
});
