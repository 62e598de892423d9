import { afterAll, beforeAll, expect } from '@jest/globals';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import {
  launchBrowser,
  openContext,
  openExplorer,
  type OpenExplorer,
  runButton,
  runTab,
  stored,
  tabTitles,
  test,
  untilReady,
  untilTrue,
} from './open-explorer.ts';
import { startServer } from './start-server.ts';
import type { StartedServer } from './start-server.ts';

const titles = [
  'Welcome',
  'ExampleSpace',
  'GroupFiles',
  'FiftyFiles',
  'OpenFile',
  'FiftyAliases',
  'PartialFailure',
  'OneOfEachError',
];

let server: StartedServer;
let browser: Browser;
let context: BrowserContext;
/** One visit for all tests that only look and run: opening the editors takes long. */
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

test('opens at / with the example operations as tabs', async () => {
  const { page, problems } = opened;

  expect(await page.title()).toBe('DingTalk GraphQL gateway');
  expect(await tabTitles(page)).toEqual(titles);
  expect(problems).toEqual([]);
});

test('answers the first example on the first click', async () => {
  const { page, problems } = opened;

  await runButton(page).click();

  await page.locator('.result-window', { hasText: '"798xxxxx"' }).waitFor();
  expect(problems).toEqual([]);
});

test('runs every tab with its variables', async () => {
  const { page, problems } = opened;

  const answers: Record<string, unknown> = {};
  for (const title of titles) {
    answers[title] = await runTab(page, title);
  }

  const good = { __typename: 'Space', spaceId: '798xxxxx', corpId: 'ding1234xxxxx' };
  const { errors } = answers['OneOfEachError'] as {
    errors: { path: [string]; extensions: { code: string } }[];
  };
  expect(errors.map(({ path, extensions }) => [path[0], extensions.code]).toSorted()).toEqual([
    ['badUserInput', 'BAD_USER_INPUT'],
    ['conversationNotFound', 'CONVERSATION_NOT_FOUND'],
    ['crossOrganizationForbidden', 'CROSS_ORGANIZATION_FORBIDDEN'],
    ['forbidden', 'FORBIDDEN'],
    ['gatewayMisconfigured', 'GATEWAY_MISCONFIGURED'],
    ['quotaExhausted', 'QUOTA_EXHAUSTED'],
    ['rateLimited', 'RATE_LIMITED'],
    ['upstreamMalformedResponse', 'UPSTREAM_MALFORMED_RESPONSE'],
    ['upstreamUnavailable', 'UPSTREAM_UNAVAILABLE'],
  ]);
  expect(answers).toMatchObject({
    Welcome: { data: { conversation: { space: { spaceId: '798xxxxx' } } } },
    ExampleSpace: { data: { conversationSpace: { spaceId: '798xxxxx' } } },
    GroupFiles: {
      data: { conversation: { space: { spaceId: '798xxxxx' } } },
      errors: [{ extensions: { code: 'DENTRY_BLOCKED' } }],
    },
    FiftyFiles: { data: { conversation: { space: { dentries: { pageInfo: { hasNextPage: true } } } } } },
    OpenFile: {
      data: { dentry: { preview: { hasWatermark: true }, download: { urls: [expect.anything()] } } },
    },
    FiftyAliases: {
      data: { first01: { spaceId: expect.anything() }, again25: { spaceId: expect.anything() } },
    },
    PartialFailure: {
      data: { good, missing: null },
      errors: [{ path: ['missing'], extensions: { code: 'CONVERSATION_NOT_FOUND' } }],
    },
    OneOfEachError: { data: { badUserInput: null, upstreamMalformedResponse: null } },
  });
  expect(problems).toEqual([]);
});

test('sends no request to another host', async () => {
  const { page, foreignRequests, problems } = opened;

  await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
  await page.getByText('Root Types').waitFor();
  await page.getByRole('button', { name: 'Prettify' }).click();
  await runTab(page, 'PartialFailure');

  expect(foreignRequests).toEqual([]);
  expect(problems).toEqual([]);
});

test('opens at /graphql as well', async () => {
  const { page, problems } = await openExplorer(context, server.origin, '/graphql');

  expect(await tabTitles(page)).toEqual(titles);
  expect(problems).toEqual([]);
});

test('a reload keeps the tabs and adds none', async () => {
  const { page } = await openExplorer(context, server.origin, '/');
  await untilTrue(page, `${stored('tabState')} !== null`);

  await page.reload();
  await untilReady(page);

  expect(await tabTitles(page)).toEqual(titles);
});

test('stores no headers', async () => {
  const { page } = await openExplorer(context, server.origin, '/');
  await typeHeaders(page, '{ "x-api-key": "s3cret" }');

  const sent = page.waitForRequest((request) => request.headers()['x-api-key'] === 's3cret');
  await runButton(page).click();
  await sent;
  await untilTrue(page, `${stored('queries')} !== null`);

  expect(await page.evaluate('JSON.stringify(localStorage)')).not.toContain('s3cret');
});

const typeHeaders = async (page: Page, headers: string): Promise<void> => {
  await page.getByRole('button', { name: 'Headers' }).click();
  await page.locator('.graphiql-editor-tool .graphiql-editor:not(.hidden)').click();
  await page.keyboard.insertText(headers);
};
const inProduction = { NODE_ENV: 'production', HOST: '127.0.0.1', GATEWAY_API_KEYS: 'web=s3cret-of-the-web' };

test("in production, with INTROSPECTION=on and the client's credentials, it documents the graph", async () => {
  const production = await startServer({ ...inProduction, INTROSPECTION: 'on' });
  try {
    const { page } = await openExplorer(context, production.origin, '/');
    await typeHeaders(page, '{ "x-api-key": "s3cret-of-the-web" }');
    await page.getByRole('button', { name: 'Re-fetch GraphQL schema' }).click();
    await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
    await page.getByText('Root Types').waitFor();

    expect(await runTab(page, 'Welcome')).toMatchObject({
      data: { conversation: { space: { spaceId: '798xxxxx' } } },
    });
  } finally {
    await production.close();
  }
});

test('with INTROSPECTION=off it says that there is no schema, and still answers', async () => {
  const withoutSchema = await startServer({ INTROSPECTION: 'off' });
  try {
    const { page } = await openExplorer(context, withoutSchema.origin, '/');
    await page.locator('.result-window', { hasText: 'Introspection is disabled.' }).waitFor();

    expect(await runTab(page, 'ExampleSpace')).toMatchObject({
      data: { conversationSpace: { spaceId: '798xxxxx' } },
    });
  } finally {
    await withoutSchema.close();
  }
});
