import { test as jestTest } from '@jest/globals';
import { chromium } from 'playwright-core';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { findChromium } from '../../scripts/support/find-chromium.ts';

const executablePath = findChromium();
/** Tests that need a browser: skipped with a message where there is none. */
export const test = executablePath === undefined ? jestTest.skip : jestTest;
if (executablePath === undefined) {
  console.warn('SKIPPED: no Chromium here, so the explorer was not tried in a browser (set CHROMIUM_PATH)');
}

/** A browser that resolves no name and asks nobody but 127.0.0.1. */
export const launchBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: executablePath!,
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      // Blocking requests through Playwright would turn the cache off.
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
    ],
  });

/** A page of the explorer with empty storage, and the problems in it so far. */
export interface OpenExplorer {
  readonly page: Page;
  /** Requests to other origins. */
  readonly foreignRequests: readonly string[];
  /** Console errors and warnings, uncaught errors, policy violations and failed responses. */
  readonly problems: readonly string[];
}

const staysInside = (url: string, origin: string): boolean =>
  new URL(url).origin === origin || /^(data|blob):/.test(url);

/** Pages that share a cache, so that only the first loads megabytes. */
export async function openContext(
  browser: Browser,
  options: BrowserContextOptions = {},
): Promise<BrowserContext> {
  const context = await browser.newContext({ viewport: { width: 1400, height: 860 }, ...options });
  await context.addInitScript(`addEventListener('securitypolicyviolation', (event) =>
    console.error('policy', event.violatedDirective, event.blockedURI))`);
  return context;
}

/** Opens a path of the server as a first-time visitor does, and waits until the explorer can be used. */
export async function openExplorer(
  context: BrowserContext,
  origin: string,
  path: string,
): Promise<OpenExplorer> {
  const foreignRequests: string[] = [];
  const problems: string[] = [];
  await Promise.all(context.pages().map((page) => page.close()));
  const page = await context.newPage();
  const browserItself = await context.newCDPSession(page);
  await browserItself.send('Storage.clearDataForOrigin', { origin, storageTypes: 'local_storage' });

  page.on('request', (request) => {
    if (!staysInside(request.url(), origin)) {
      foreignRequests.push(request.url());
    }
  });
  page.on('response', (response) => {
    if (response.status() >= 400) {
      problems.push(`${response.status()} ${response.url()}`);
    }
  });
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') {
      problems.push(message.text());
    }
  });
  page.on('pageerror', (error) => problems.push(error.message));

  await page.goto(origin + path);
  await untilReady(page);
  return { page, foreignRequests, problems };
}

/** Waits for the editors: before, GraphiQL silently drops a click on the run button. */
export async function untilReady(page: Page): Promise<void> {
  await page.locator('.graphiql-query-editor .monaco-editor .view-line').first().waitFor();
  await page.locator('.result-window .monaco-editor').first().waitFor();
}

/**
 * Waits until a JavaScript expression is true in the page, looking at every frame.
 *
 * Playwright's `waitForFunction` calls `eval`, which the page's policy forbids.
 */
export async function untilTrue(page: Page, expression: string): Promise<void> {
  await page.evaluate(`new Promise((done) => {
    const look = () => ((${expression}) ? done() : requestAnimationFrame(look));
    look();
  })`);
}

/** An expression for the page: the value that the explorer has stored under a key of GraphiQL's. */
export const stored = (key: string) =>
  `localStorage.getItem('dingtalk-graphql-gateway:sandbox:/:graphiql:${key}')`;

/** The button that sends the operation of the open tab. */
export const runButton = (page: Page) => page.getByRole('button', { name: 'Execute query' });

/** The titles of the tabs, in their order. */
export const tabTitles = (page: Page) => page.locator('.graphiql-tab-button').allTextContents();

/** Opens the tab of an operation, runs it and returns the whole answer. */
export async function runTab(page: Page, name: string): Promise<unknown> {
  await page.locator('.graphiql-tab-button', { hasText: name }).click();
  // GraphiQL stores the query in the step in which it reads the operation's name from it.
  await untilTrue(page, `${stored('query')}.includes('query ${name}(')`);
  const answered = page.waitForResponse((response) =>
    Boolean(response.request().postData()?.includes(`query ${name}(`)),
  );
  await runButton(page).click();
  const response = await answered;
  return response.json();
}
