import { existsSync, globSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { variables } from '../../src/config/variables.ts';
import { publicCodes } from '../../src/errors/codes.ts';
import { guides, projectPages, readPage } from '../support/pages.ts';

const decisions = globSync('docs/decisions/0*.md').toSorted();

const linesOf = async (page: string): Promise<string[]> => (await readPage(page)).trimEnd().split('\n');

/** The findings of `find` in each page, prefixed with the page's name. */
async function findings(
  pages: readonly string[],
  find: (page: string) => Promise<readonly string[]>,
): Promise<string[]> {
  const found = await Promise.all(
    pages.map(async (page) => (await find(page)).map((it) => `${page}: ${it}`)),
  );
  return found.flat();
}

test('the README has at most 120 lines', async () => {
  expect((await linesOf('README.md')).length).toBeLessThanOrEqual(120);
});

const isTooWide = (line: string): boolean => line.startsWith('|') && line.length > 140;

test('no row of a table is wider than 140 characters, except for the results of the benchmark', async () => {
  const pages = projectPages.filter((page) => page !== 'docs/performance.md');

  expect(await findings(pages, async (page) => (await linesOf(page)).filter(isTooWide))).toEqual([]);
});

/** A heading's anchor, as GitHub makes it. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');

async function anchorsOf(page: string): Promise<string[]> {
  const text = (await readPage(page)).replaceAll(/^```.*?^```/gms, '');
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => anchorOf(heading));
}

async function leads(page: string, link: string): Promise<boolean> {
  const [file = '', anchor] = link.split('#', 2);
  const target = file === '' ? page : path.join(path.dirname(page), file);
  return existsSync(target) && (anchor === undefined || (await anchorsOf(target)).includes(anchor));
}

test('every link leads to a file and a heading that exist', async () => {
  const broken = await findings([...projectPages, ...guides, 'CHANGELOG.md'], async (page) => {
    const targets = [...(await readPage(page)).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
    const links = targets.filter((target) => !/^https?:/.test(target));
    const lead = await Promise.all(links.map((link) => leads(page, link)));
    return links.filter((_, index) => lead[index] === false);
  });

  expect(broken).toEqual([]);
});

test('every decision has a date, a context, a decision and a cost, in at most 25 lines', async () => {
  const wrong = await findings(decisions, async (file) => {
    const lines = await linesOf(file);
    const headings = lines.filter((line) => line.startsWith('## ')).join(' ');
    return [
      ...(lines.length > 25 ? [`${lines.length} lines`] : []),
      ...(/^# \S/.test(lines[0] ?? '') && /^\d{4}-\d{2}-\d{2}$/.test(lines[2] ?? '')
        ? []
        : ['title or date']),
      ...(headings === '## Context ## Decision ## Cost' ? [] : [headings]),
    ];
  });

  expect(decisions.length).toBeGreaterThan(0);
  expect(wrong).toEqual([]);
});

test('the index of decisions lists each of them once', async () => {
  const index = await readPage('docs/decisions/README.md');
  const listed = [...index.matchAll(/\]\((0[^)]+)\)/g)].map(([, file = '']) => `docs/decisions/${file}`);

  expect(listed.toSorted()).toEqual(decisions);
});

const unplain = /\b(?:whoever|anew|somebody|nobody|mend(?:s|ed|ing)?|of its own)\b/gi;

const unplainIn = (text: string): string[] => text.replaceAll(/\s+/g, ' ').match(unplain) ?? [];

test('every page is in plain words', async () => {
  expect(await findings(projectPages, async (page) => unplainIn(await readPage(page)))).toEqual([]);
});

test('the descriptions of variables and the messages about them are in plain words, and those of codes', async () => {
  const sources = ['src/config/variables.ts', 'src/errors/codes.ts'];
  const descriptions = [
    ...Object.values(variables).flatMap(({ defaultText, meaning }) => [defaultText, meaning]),
    ...Object.values(publicCodes),
  ];

  expect(descriptions.flatMap((text) => unplainIn(text))).toEqual([]);
  expect(await findings(sources, async (source) => unplainIn(await readPage(source)))).toEqual([]);
});
