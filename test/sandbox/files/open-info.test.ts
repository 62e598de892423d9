import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startSandbox, type Sandbox } from '../../../src/sandbox/sandbox.ts';
import { createFilesClient, refusalOf, type FilesClient } from './files-client.ts';

let sandbox: Sandbox;
let files: FilesClient;

beforeAll(async () => {
  sandbox = await startSandbox({ callsPerSecond: Infinity });
  files = await createFilesClient(sandbox);
});
afterAll(() => sandbox.close());

test.each([
  ['2001', {}, 'type=PREVIEW&version=2&checkLogin=false&waterMark=false', false],
  [
    '2001',
    { waterMark: true, checkLogin: true },
    'type=PREVIEW&version=2&checkLogin=true&waterMark=true',
    true,
  ],
  ['2001', { type: 'EDIT', version: 1 }, 'type=EDIT&version=1&checkLogin=false&waterMark=false', false],
  ['2002', { waterMark: true }, 'type=PREVIEW&version=1&checkLogin=false&waterMark=true', false],
  ['2007', { type: 'EDIT' }, 'type=EDIT&version=1&checkLogin=false&waterMark=false', false],
])('%s with %j', async (dentryId, option, query, hasWaterMark) => {
  const { status, body } = await files.openInfo('798xxxxx', dentryId, { option });

  expect({ status, body }).toEqual({
    status: 200,
    body: { url: `${sandbox.url}/previews/798xxxxx/${dentryId}?${query}`, hasWaterMark },
  });
});

test.each([
  ['2003', {}],
  ['2004', {}],
  ['2010', {}],
])('%s can be previewed', async (dentryId, option) => {
  expect(await files.openInfo('798xxxxx', dentryId, { option })).toHaveProperty('status', 200);
});

test.each([
  ['1001', {}, 'dentryPreviewNotSupport'],
  ['2005', {}, 'dentryPreviewNotSupport'],
  ['2006', {}, 'dentryPreviewNotSupport'],
  ['2009', {}, 'fileViral'],
  ['2009', { type: 'EDIT' }, 'fileViral'],
  ['2010', { type: 'EDIT' }, 'dentryEditNotSupport'],
  ['1001', { type: 'EDIT' }, 'dentryEditNotSupport'],
  ['2012', {}, 'dentryExtensionNotSupport'],
  ['2001', { type: 'PRINT' }, 'paramError.openType'],
  ['2001', { type: 1 }, 'paramError'],
  ['2001', { version: 3 }, 'paramError'],
  ['2001', { waterMark: 'yes' }, 'paramError'],
])('%s with %j is 400 %s', async (dentryId, option, code) => {
  expect(refusalOf(await files.openInfo('798xxxxx', dentryId, { option }))).toEqual([400, code]);
});

test('a link opens a page that shows its options, and no markup of a client', async () => {
  const { body } = await files.openInfo('798xxxxx', '2001', { option: { checkLogin: true } });
  const page = await (await fetch((body as { url: string }).url)).text();
  const other = await (await fetch(`${sandbox.url}/previews/798xxxxx/a?x=<script>`)).text();

  expect(page).toContain('2001 type=PREVIEW version=2 checkLogin=true waterMark=false');
  expect(other).not.toContain('<script>');
});
