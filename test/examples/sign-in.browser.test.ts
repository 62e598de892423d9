import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { findChromium } from '../../scripts/support/find-chromium.ts';
import { areWanted } from '../support/are-wanted.ts';
import {
  howToInstall,
  installed,
  serveFileBrowser,
  type ServedFileBrowser,
} from './file-browser-under-test.ts';
import { rows } from './open-file-browser.ts';

const executablePath = findChromium();
const wanted = areWanted(
  'signing in, in Chromium',
  installed && executablePath !== undefined,
  `${howToInstall}, and Chromium`,
);

const signInButton = (page: Page) => page.getByRole('button', { name: 'Sign in with DingTalk' });

(wanted ? describe : describe.skip)('signing in at the file browser, in Chromium', () => {
  let served: ServedFileBrowser;
  let browser: Browser;
  let context: BrowserContext;

  beforeAll(async () => {
    served = await serveFileBrowser({ signsIn: true });
    browser = await chromium.launch({
      executablePath: executablePath!,
      args: ['--no-sandbox', '--disable-gpu', '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1'],
    });
  }, 60_000);
  afterEach(async () => {
    served.upstream.clearCalls();
    served.upstream.clearFaults();
    await context?.close();
  });
  afterAll(async () => {
    await browser?.close();
    await served?.close();
  });

  async function open(query = '', script?: string): Promise<Page> {
    context = await browser.newContext({ locale: 'en-US' });
    if (script !== undefined) await context.addInitScript(script);
    const page = await context.newPage();
    await page.goto(`${served.origin}/${query}`);
    return page;
  }
  const apis = (): string[] => served.upstream.calls.map(({ api }) => api);

  test('by the login page: from opening the page to the files, and out again', async () => {
    const page = await open();

    await signInButton(page).click();
    await page.getByRole('link', { name: 'Lin Xiaomei' }).click();
    await rows(page).first().waitFor();

    expect(await page.locator('.person').textContent()).toContain('Lin Xiaomei');
    // The code is nowhere in the address.
    expect(page.url()).toBe(`${served.origin}/`);
    expect(apis().slice(0, 3)).toEqual(['loginPage', 'userAccessToken', 'usersMe']);
    expect(served.upstream.callsTo('conversationSpace')[0]?.query).toEqual({ unionId: 'linxxxxx' });

    await page.reload();
    await rows(page).first().waitFor();
    const token = await page.evaluate(`JSON.parse(sessionStorage.getItem('file-browser:session')).token`);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await signInButton(page).waitFor();
    const asked = await fetch(`${served.origin}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${String(token)}` },
      body: '{"query":"{ __typename }"}',
    });
    expect(asked.status).toBe(401);
  });

  test('inside DingTalk there is nothing to click', async () => {
    const dd = `window.dd = { requestAuthCode: ({ clientId, corpId, onSuccess }) =>
      onSuccess({ code: ['auth.chyxxxxx', clientId, corpId].join('.') }) };`;

    const page = await open('?corpId=ding1234xxxxx', dd);
    await rows(page).first().waitFor();

    expect(await page.locator('.person').textContent()).toContain('Chen Haoyu');
    expect(served.upstream.callsTo('getUserInfo').map(({ body }) => body)).toEqual([
      { code: 'auth.chyxxxxx.sandbox-app-key.ding1234xxxxx' },
    ]);
    expect(apis()).not.toContain('loginPage');
  });

  test('a person outside the organization reads why, and may sign in as another one', async () => {
    const page = await open();

    await signInButton(page).click();
    await page.getByRole('link', { name: 'Wang Wei' }).click();

    expect(await page.getByRole('alert').textContent()).toContain('You are not in the organization');
    await signInButton(page).click();
    await page.getByRole('link', { name: 'Chen Haoyu' }).click();
    await rows(page).first().waitFor();
  });

  test('a code that this tab has not asked for is not used', async () => {
    const page = await open('?authCode=oauth.chyxxxxx.of-an-attacker&state=made-up');

    await signInButton(page).waitFor();

    expect([page.url(), apis()]).toEqual([`${served.origin}/`, []]);
  });
});
