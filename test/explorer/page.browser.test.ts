import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect } from '@jest/globals';
import axe from 'axe-core';
import type { AxeResults } from 'axe-core';
import { buildSchema } from 'graphql';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { freePort } from '../../scripts/support/free-port.ts';
import { sandboxCredentials } from '../../src/sandbox/credentials.ts';
import { codeBlocks } from '../support/code-blocks.ts';
import { startNginx, testWithNginx } from '../support/load-balancers.ts';
import { readPage } from '../support/pages.ts';
import {
  launchBrowser,
  openContext,
  openExplorer,
  type OpenExplorer,
  runButton,
  tabTitles,
  test,
} from './open-explorer.ts';
import { startServer, type StartedServer } from './start-server.ts';

let server: StartedServer;
let browser: Browser;
let context: BrowserContext;
/** One visit for the tests that only look. */
let opened: OpenExplorer;

beforeAll(async () => {
  server = await startServer();
  browser = await launchBrowser();
  context = await openContext(browser);
  opened = await openExplorer(context, server.origin, '/');
}, 60_000);

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

const header = (page: Page): Promise<string> => page.locator('header').innerText();
const lines = async (text: Promise<string>): Promise<string[]> => (await text).split(/\n+/);

/** The mode and path of each gateway that has something stored in this page's origin. */
const storedFor = async (page: Page): Promise<string[]> => {
  const keys = (await page.evaluate('Object.keys(localStorage)')) as string[];
  const ours = keys.map((key) => /^dingtalk-graphql-gateway:(\w+:[^:]+):/.exec(key)?.[1] ?? '');
  return [...new Set(ours.filter((each) => each !== ''))];
};

test('in the sandbox the page has its own name, a chip, the host and who is asked for', async () => {
  const { page, problems } = opened;

  expect(await lines(header(page))).toEqual([
    'DingTalk GraphQL gateway',
    'SANDBOX',
    new URL(server.upstream.url).host,
    'VIEWER_AUTH=fixed',
  ]);
  expect(await page.locator('.graphiql-logo, .graphiql-footer').filter({ visible: true }).count()).toBe(0);
  expect(await storedFor(page)).toEqual(['sandbox:/']);
  expect(problems).toEqual([]);
});

test('what only PostGraphile answers is gone', async () => {
  const { page } = opened;

  await page.getByRole('button', { name: 'Options' }).click();

  expect((await page.getByRole('menuitem').allInnerTexts()).filter((text) => text.trim() !== '')).toEqual([
    expect.stringContaining('Condensed'),
  ]);
  await page.keyboard.press('Escape');
  expect(await page.getByRole('button', { name: 'Explain' }).count()).toBe(0);
});

test('the documentation begins with what clients query, not with what routers do', async () => {
  const { page } = opened;
  await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
  await page
    .locator('.graphiql-doc-explorer-content')
    .getByRole('link', { name: 'Query', exact: true })
    .click();

  const fields = page.locator('.graphiql-doc-explorer-field-name');
  await fields.first().waitFor();

  const names = await fields.allInnerTexts();
  const schema = buildSchema(await readFile('schema.api.graphql', 'utf8'));
  expect(names).toEqual(expect.arrayContaining(Object.keys(schema.getQueryType()!.getFields())));
  expect(names.filter((name) => name.startsWith('_'))).toEqual([]);
});

test('live, the chip says so, the tabs are cheap ones, and no key or person is named', async () => {
  const key = 's3cret-of-the-web';
  const live = await startServer({ GATEWAY_API_KEYS: `web=${key}`, HOST: '127.0.0.1' }, 'live');
  try {
    const { page } = await openExplorer(context, live.origin, '/');

    expect(await lines(header(page))).toEqual([
      'DingTalk GraphQL gateway',
      'LIVE',
      new URL(live.upstream.url).host,
      'VIEWER_AUTH=fixed',
      'Requests need credentials: write { "x-api-key": "…" } under Headers of the tab, then fetch the schema again.',
    ]);
    expect(await tabTitles(page)).toEqual(['Welcome', 'FirstFiles', 'OpenFile']);
    expect(await storedFor(page)).toEqual(['live:/']);
    const html = await (await fetch(`${live.origin}/`)).text();
    const { appKey, appSecret, operatorUnionId } = sandboxCredentials;
    expect([key, appKey, appSecret, operatorUnionId].filter((secret) => html.includes(secret))).toEqual([]);
    expect(live.upstream.calls.filter(({ api }) => api !== 'accessToken')).toEqual([]);
  } finally {
    await live.close();
  }
});

test('clearing the storage of one gateway leaves that of another on the same origin', async () => {
  const { page } = await openExplorer(context, server.origin, '/');
  await page.evaluate(`localStorage.setItem('dingtalk-graphql-gateway:live:/:graphiql:tabState', '{}')`);

  await page.evaluate('RURU_CONFIG.storage.clear()');

  expect(await storedFor(page)).toEqual(['live:/']);
});

const cost = {
  lookups: 2,
  calls: 1,
  fromCache: 1,
  joined: 0,
  waitMs: 1250,
  throttle: { max: 20, available: 19, restorePerSecond: 20 },
  quota: { used: 4321, limit: 5000 },
};

test('each operation asks for its cost, which stands below the answer', async () => {
  const { page } = await openExplorer(context, server.origin, '/');
  await page.route('**/graphql', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, json: { ...(await response.json()), extensions: { cost } } });
  });

  await page.getByRole('button', { name: 'Headers' }).click();
  await page.locator('.graphiql-editor-tool .graphiql-editor:not(.hidden)').click();
  // A header that is sent anyway, in other letters: it replaces ours.
  await page.keyboard.insertText('{ "Content-Type": "application/json; charset=utf-8" }');
  const sent = page.waitForRequest((request) => request.postData()?.includes('query Welcome(') === true);
  await runButton(page).click();

  expect((await sent).headers()).toMatchObject({
    'x-cost': '1',
    'content-type': 'application/json; charset=utf-8',
  });
  expect((await sent).headers()).not.toHaveProperty('x-explain');
  await page
    .locator('#cost', {
      hasText:
        'Welcome: 1 call to DingTalk for 2 lookups · 1 from the cache · waited 1,250 ms · ' +
        '19 of 20 calls a second are free · 4,321 calls this month of 5,000',
    })
    .waitFor();
});

test('x-explain is one click, and the answer says where its data came from', async () => {
  const { page } = await openExplorer(context, server.origin, '/');

  await page.getByLabel('x-explain').check();
  await runButton(page).click();

  await page.locator('.result-window', { hasText: '"lookups"' }).waitFor();
});

test.each([
  ['HTML', { status: 502, contentType: 'text/html', body: '<h1>Bad Gateway</h1>' }],
  ['JSON, but no object', { status: 502, contentType: 'application/json', body: 'null' }],
  ['a text of JSON', { status: 502, contentType: 'application/json', body: '"Bad Gateway"' }],
])('an answer that is not from the gateway is called that: %s', async (_what, answer) => {
  const { page } = await openExplorer(context, server.origin, '/');
  await page.route('**/graphql', (route) => route.fulfill(answer));

  await runButton(page).click();

  await page.locator('.result-window', { hasText: 'HTTP 502 from /graphql is no JSON' }).waitFor();
});

test('where no answer comes, the page says so, and the cost of the one before does not stay', async () => {
  const { page } = await openExplorer(context, server.origin, '/');
  await runButton(page).click();
  await page.locator('#cost', { hasText: 'to DingTalk' }).waitFor();
  await page.route('**/graphql', (route) => route.abort());

  await runButton(page).click();

  await page.locator('.result-window', { hasText: 'has not answered' }).waitFor();
  expect(await page.locator('#cost').textContent()).toBe('Welcome: no answer yet');
});

test('without introspection the page says how to give it its schema', async () => {
  const withoutSchema = await startServer({
    NODE_ENV: 'production',
    IDE: 'on',
    HOST: '127.0.0.1',
    GATEWAY_API_KEYS: 'web=key',
  });
  try {
    const { page } = await openExplorer(context, withoutSchema.origin, '/');

    expect((await lines(header(page))).at(-1)).toBe(
      'This page has no schema: queries run, but nothing is documented or completed. To give it the schema, start the ' +
        'gateway with INTROSPECTION=on.',
    );
    expect(await page.getByLabel('x-explain').count()).toBe(0);
  } finally {
    await withoutSchema.close();
  }
});

testWithNginx('below a path of a proxy it loads everything, and queries there', async () => {
  const port = await freePort();
  const [location = ''] = codeBlocks(await readPage('docs/explorer.md'), 'nginx');
  const config = location.replace('http://127.0.0.1:4000', server.origin);
  await using proxy = await startNginx(`server { listen 127.0.0.1:${port}; ${config} }`, port);
  const withoutSlash = await fetch(`${proxy.url}/tools/dingtalk`, { redirect: 'manual' });
  expect([withoutSlash.status, withoutSlash.headers.get('location')]).toEqual([
    301,
    `${proxy.url}/tools/dingtalk/`,
  ]);
  for (const path of ['/tools/dingtalk/', '/tools/dingtalk/graphql']) {
    const { page, foreignRequests, problems } = await openExplorer(context, proxy.url, path);
    const requested: string[] = [];
    page.on('request', (request) => requested.push(new URL(request.url()).pathname));

    await page.reload();
    await runButton(page).click();
    await page.locator('.result-window', { hasText: '"798xxxxx"' }).waitFor();

    expect(requested.filter((each) => !each.startsWith('/tools/dingtalk/'))).toEqual([]);
    expect(requested).toContain('/tools/dingtalk/graphql');
    expect(await storedFor(page)).toContain('sandbox:/tools/dingtalk/');
    expect([foreignRequests, problems]).toEqual([[], []]);
  }
});

test('a telephone shows everything without scrolling sideways', async () => {
  const narrow = await openContext(browser, { viewport: { width: 390, height: 844 } });
  try {
    const { page, problems } = await openExplorer(narrow, server.origin, '/');

    await runButton(page).click();
    const answer = page.locator('.result-window', { hasText: '"798xxxxx"' });
    await answer.waitFor();

    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
    const [editor, result] = await Promise.all([
      page.locator('.graphiql-query-editor').boundingBox(),
      answer.boundingBox(),
    ]);
    expect(result!.y).toBeGreaterThan(editor!.y + 200);
    expect([editor!.width > 300, result!.width > 300, result!.height > 150]).toEqual([true, true, true]);
    await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
    await page.getByText('Root Types').waitFor();
    expect((await page.locator('.graphiql-plugin').boundingBox())!.width).toBeGreaterThan(300);
    expect(problems).toEqual([]);
  } finally {
    await narrow.close();
  }
});

/** GraphiQL's own markup: its tabs hold two buttons each. */
const isGraphiQLs = (rule: string, html: string): boolean =>
  rule === 'nested-interactive' && html.startsWith('<li ') && html.includes('class="graphiql-tab');

test.each([
  ['light', 1400],
  ['dark', 390],
] as const)('axe finds nothing that is ours, %s and %d pixels wide', async (colorScheme, width) => {
  const seen = await openContext(browser, { viewport: { width, height: 860 }, colorScheme });
  try {
    const { page } = await openExplorer(seen, server.origin, '/');
    // By the protocol of the browser: a script tag would be against the page's policy.
    await page.evaluate(axe.source);
    const found: { ours: string[]; graphiQLs: string[] } = { ours: [], graphiQLs: [] };
    const look = async (): Promise<void> => {
      const { violations } = (await page.evaluate('axe.run()')) as AxeResults;
      for (const { id, nodes } of violations) {
        for (const { html, target } of nodes) {
          found[isGraphiQLs(id, html) ? 'graphiQLs' : 'ours'].push(`${id} ${target.join(' ')}`);
        }
      }
    };

    await look();
    await runButton(page).click();
    await page.locator('.result-window', { hasText: '"798xxxxx"' }).waitFor();
    await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
    await page.getByText('Root Types').waitFor();
    await look();

    expect(found.ours).toEqual([]);
    // Otherwise axe did not look.
    expect(found.graphiQLs).toHaveLength(2 * (await tabTitles(page)).length);
  } finally {
    await seen.close();
  }
});
