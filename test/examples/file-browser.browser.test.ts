import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { chromium } from 'playwright-core';
import type { Browser } from 'playwright-core';
import { findChromium } from '../../scripts/support/find-chromium.ts';
import { areWanted } from '../support/are-wanted.ts';
import {
  howToInstall,
  installed,
  serveFileBrowser,
  type ServedFileBrowser,
} from './file-browser-under-test.ts';
import {
  focusedName,
  names,
  openFileBrowser,
  rows,
  trail,
  type OpenFileBrowser,
} from './open-file-browser.ts';

const executablePath = findChromium();
const wanted = areWanted(
  'the file browser in Chromium',
  installed && executablePath !== undefined,
  `${howToInstall}, and Chromium`,
);

const example = 'cid9FTRQSLo+sKxxxx';

(wanted ? describe : describe.skip)('the file browser in Chromium', () => {
  let served: ServedFileBrowser;
  let browser: Browser;
  let opened: OpenFileBrowser;

  beforeAll(async () => {
    served = await serveFileBrowser();
    browser = await chromium.launch({
      executablePath: executablePath!,
      args: ['--no-sandbox', '--disable-gpu', '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1'],
    });
  }, 60_000);
  afterEach(async () => {
    served.upstream.clearFaults();
    served.upstream.clearCalls();
    await opened?.context.close();
  });
  afterAll(async () => {
    await browser?.close();
    await served?.close();
  });
  const open = async (group: string) => {
    opened = await openFileBrowser(browser, served.origin, group);
    return opened;
  };

  test('lists the root: latest change first, with sizes, times and thumbnails', async () => {
    const { page, problems } = await open(example);

    await rows(page).first().waitFor();
    expect(await names(page)).toEqual([
      'readme.txt',
      '需求文档 Requirements.adoc',
      '官网 Website.url',
      '会议录音 Meeting.m4a',
      '项目计划 Project plan.docx',
      'Photos 照片',
      '合同 Contracts',
    ]);
    expect(await rows(page).nth(3).getByRole('gridcell').allTextContents()).toEqual([
      '7.3 MB',
      expect.stringContaining('Jan 7, 2022'),
      expect.stringContaining('Jan 1, 2022'),
    ]);
    await page.locator('tbody img').first().waitFor();
    await page.waitForFunction(
      `[...document.querySelectorAll('tbody img')].every((image) => image.naturalWidth === 320)`,
    );
    expect(await page.locator('tbody img').count()).toBe(2);
    expect(problems).toEqual([]);
  });

  test('goes down, back and up by keyboard, and by the breadcrumbs', async () => {
    const { page, problems } = await open(example);
    await page.locator('tbody tr:focus').waitFor();

    await page.keyboard.press('End');
    expect(await focusedName(page)).toBe('合同 Contracts');
    await page.keyboard.press('Enter');
    await page.getByRole('row', { name: 'Setup 安装.exe' }).waitFor();
    await page.getByRole('row', { name: '2022' }).first().waitFor();
    await page.locator('tbody tr', { has: page.locator('svg.is-folder') }).click();
    await page.getByRole('row', { name: '账目 Ledger.xlsx' }).waitFor();
    expect(await trail(page)).toEqual(['All files', '合同 Contracts', '2022']);

    await page.keyboard.press('Backspace');
    await page.locator('tbody tr:focus').waitFor();
    expect(await focusedName(page)).toBe('2022');
    await page.getByRole('button', { name: 'All files' }).click();
    await page.getByRole('row', { name: 'readme.txt' }).waitFor();
    expect(await trail(page)).toEqual(['All files']);
    await page.goBack();
    await page.getByRole('row', { name: 'Setup 安装.exe' }).waitFor();
    expect(await trail(page)).toEqual(['All files', '合同 Contracts']);
    expect(problems).toEqual([]);
  });

  test('loads more, and sorts in DingTalk', async () => {
    const { page, problems } = await open('cid.demo.big');

    await page.getByText('Rows so far: 50').waitFor();
    await page.getByRole('button', { name: 'Load more' }).click();
    await page.getByText('Rows so far: 100').waitFor();
    const all = await names(page);
    expect(new Set(all).size).toBe(100);

    await page.getByRole('button', { name: 'Name' }).click();
    await page.getByRole('row', { name: 'Record 00000.pdf' }).waitFor();
    expect((await names(page)).slice(0, 2)).toEqual(['档案 Record 00000.pdf', '档案 Record 00001.pdf']);
    expect(await page.getByRole('columnheader', { name: 'Name' }).getAttribute('aria-sort')).toBe(
      'ascending',
    );
    expect(problems).toEqual([]);
  });

  test('a cursor that has lapsed starts over', async () => {
    const { page } = await open('cid.demo.big');
    await page.getByText('Rows so far: 50').waitFor();
    await page.route('**/graphql', async (route) => {
      const body = route.request().postDataJSON();
      if (body.variables.after) body.variables.after = 'lapsed';
      await route.continue({ postData: JSON.stringify(body) });
    });

    await page.getByRole('button', { name: 'Load more' }).click();

    await page.getByText('it starts over').waitFor();
    await page.getByText('Rows so far: 50').waitFor();
  });

  test('a page that fails keeps the rows, and says when to try again', async () => {
    const { page } = await open('cid.demo.big');
    await page.getByText('Rows so far: 50').waitFor();
    served.upstream.addFault('dentries', { kind: 'error', code: 'Forbidden.AccessDenied.QpsLimitForApi' });

    await page.getByRole('button', { name: 'Load more' }).click();

    const alert = page.getByRole('alert');
    await alert.getByText('RATE_LIMITED').waitFor();
    expect(await rows(page).count()).toBe(50);
    expect(await alert.getByRole('button').textContent()).toMatch(/^Try again in \d+ s$/);
    served.upstream.clearFaults();
    await alert.getByRole('button', { name: /^Try again$/ }).click();
    await page.getByText('Rows so far: 100').waitFor();
  });

  test('a page without its thumbnails is a page', async () => {
    const { page, problems } = await open('cid.demo.big');
    await page.getByText('Rows so far: 50').waitFor();
    served.upstream.addFault('thumbnails', { kind: 'error', code: 'permissionDenied' });

    await page.getByRole('button', { name: 'Load more' }).click();

    await page.getByText('Rows so far: 100').waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
    expect(await rows(page).last().locator('svg').count()).toBe(1);
    expect(problems).toEqual([]);
  });

  test('a group that may not be read is a problem that no attempt solves', async () => {
    const { page, problems } = await open('cid.permissionDenied');

    const alert = page.getByRole('alert');
    await alert.getByText('You may not read this').waitFor();
    expect(await alert.getByText('FORBIDDEN').count()).toBe(1);
    expect(await alert.getByRole('button').count()).toBe(0);
    expect(await rows(page).count()).toBe(0);
    expect(problems).toEqual([]);
  });

  test('asks for a preview at a click only, and opens it without a way back', async () => {
    const { page, context } = await open(example);
    await page.getByRole('row', { name: 'Project plan.docx' }).click();
    const details = page.getByRole('complementary', { name: 'Details' });
    expect(await details.getByRole('heading').textContent()).toBe('项目计划 Project plan.docx');
    expect(served.upstream.callsTo('openInfo')).toEqual([]);

    const [tab] = await Promise.all([
      context.waitForEvent('page'),
      details.getByRole('button', { name: 'Preview' }).click(),
    ]);

    await tab.waitForURL(/\/previews\/798xxxxx\/2001/);
    expect(await tab.evaluate('window.opener')).toBeNull();
    expect(await details.getByRole('link').getAttribute('rel')).toBe('noopener noreferrer');
    expect(served.upstream.callsTo('openInfo')).toHaveLength(1);
    await page.keyboard.press('Escape');
    await details.waitFor({ state: 'detached' });
  });

  test('speaks Chinese, and remembers it', async () => {
    const { page } = await open(example);

    await page.getByRole('button', { name: '中文' }).click();
    await page.reload();

    await page.getByRole('heading', { name: '群文件' }).waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('zh');
    await page.getByText('共 7 项').waitFor();
  });
});
