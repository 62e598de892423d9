import type { Browser, BrowserContext, Page } from 'playwright-core';

/** The page as it opens for a group, and what went wrong in it so far. */
export interface OpenFileBrowser {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Console errors and warnings, uncaught errors and failed responses. */
  readonly problems: readonly string[];
}

/** Opens the page as a first-time visitor does. */
export async function openFileBrowser(
  browser: Browser,
  origin: string,
  group: string,
): Promise<OpenFileBrowser> {
  const context = await browser.newContext({
    locale: 'en-US',
    timezoneId: 'Asia/Shanghai',
    viewport: { width: 1100, height: 640 },
  });
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('response', (response) => {
    if (response.status() >= 400) problems.push(`${response.status()} ${response.url()}`);
  });
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') problems.push(message.text());
  });
  page.on('pageerror', (error) => problems.push(error.message));
  await page.goto(`${origin}/?group=${encodeURIComponent(group)}`);
  return { page, context, problems };
}

/** The rows of the list, without its header. */
export const rows = (page: Page) => page.locator('tbody tr');

/** The names in the list, in their order. */
export const names = (page: Page) => page.getByRole('rowheader').allTextContents();

/** The name in the row that has the focus. */
export const focusedName = (page: Page) => page.locator('tbody tr:focus th').textContent();

/** The steps of the breadcrumbs. */
export const trail = (page: Page) =>
  page.getByRole('navigation', { name: 'Path' }).getByRole('listitem').allTextContents();
