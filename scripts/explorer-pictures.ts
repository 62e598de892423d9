import { join } from 'node:path';
import { chromium, type BrowserContextOptions, type Page } from 'playwright-core';
import { systemClock } from '../src/async/clock.ts';
import { readConfig } from '../src/config/read-config.ts';
import { createGateway, type Gateway } from '../src/gateway.ts';
import { createLogger } from '../src/observability/logger.ts';
import { sandboxCredentials } from '../src/sandbox/credentials.ts';
import { startSandbox } from '../src/sandbox/sandbox.ts';
import { findChromium } from './support/find-chromium.ts';

// Takes the pictures of the explorer in docs/images: npm run pictures

const executablePath = findChromium();
if (executablePath === undefined) {
  throw new Error('Pictures need Chromium: apt-get install chromium, or set CHROMIUM_PATH.');
}

interface Picture {
  readonly mode: 'sandbox' | 'live';
  readonly context: BrowserContextOptions;
  /** The operation that is run; undefined: none. */
  readonly tab?: string;
  readonly before?: (page: Page) => Promise<void>;
}

const wide = { viewport: { width: 1280, height: 760 } };
const openDocs = (page: Page): Promise<void> =>
  page.getByRole('button', { name: 'Show Documentation Explorer' }).click();

const pictures: Readonly<Record<string, Picture>> = {
  'explorer-sandbox.png': { mode: 'sandbox', context: wide, tab: 'GroupFiles' },
  // Nothing is run: a picture costs no call to DingTalk.
  'explorer-live.png': { mode: 'live', context: wide },
  'explorer-dark.png': {
    mode: 'sandbox',
    context: { ...wide, colorScheme: 'dark' },
    tab: 'Welcome',
    before: openDocs,
  },
  'explorer-narrow.png': {
    mode: 'sandbox',
    context: { viewport: { width: 390, height: 844 } },
    tab: 'Welcome',
  },
};

const sandbox = await startSandbox();
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
try {
  for (const [file, picture] of Object.entries(pictures)) {
    await take(picture, join(import.meta.dirname, '../docs/images', file));
    console.log(`docs/images/${file}`);
  }
} finally {
  await browser.close();
  await sandbox.close();
}

async function take({ mode, context, tab, before }: Picture, path: string): Promise<void> {
  const gateway = await gatewayIn(mode);
  try {
    const page = await browser.newPage(context);
    await page.goto(await gateway.app.listen({ host: '127.0.0.1', port: 0 }));
    await page.locator('.graphiql-query-editor .view-line').first().waitFor();
    await page.locator('.result-window .monaco-editor').first().waitFor();
    await before?.(page);
    if (tab !== undefined) await run(page, tab);
    await page.screenshot({ path });
    await page.close();
  } finally {
    await gateway.close();
  }
}

/** Against the stand-in, or one whose chip names DingTalk, which is never asked. */
async function gatewayIn(mode: Picture['mode']): Promise<Gateway> {
  const { appKey, appSecret, operatorUnionId } = sandboxCredentials;
  const result = readConfig(
    {
      DINGTALK_MODE: mode,
      DINGTALK_APP_KEY: appKey,
      DINGTALK_APP_SECRET: appSecret,
      DINGTALK_OPERATOR_UNION_ID: operatorUnionId,
      VIEWER_AUTH: 'fixed',
    },
    sandboxCredentials,
  );
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  const { config } = result;
  const apiUrl = mode === 'sandbox' ? new URL(sandbox.url) : config.dingtalk.apiUrl;
  return createGateway(
    { ...config, dingtalk: { ...config.dingtalk, apiUrl } },
    { log: createLogger('silent', process.stdout), clock: systemClock, random: Math.random },
  );
}

async function run(page: Page, tab: string): Promise<void> {
  await page.locator('.graphiql-tab-button', { hasText: tab }).click();
  await page.locator('.graphiql-tab-active', { hasText: tab }).waitFor();
  const answered = page.waitForResponse((response) =>
    Boolean(response.request().postData()?.includes(`query ${tab}(`)),
  );
  await page.getByRole('button', { name: 'Execute query' }).click();
  await answered;
  await page.locator('.result-window .view-line', { hasText: '"data"' }).waitFor();
}
