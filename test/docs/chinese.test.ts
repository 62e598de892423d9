import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { readPage } from '../support/pages.ts';

/** Each Chinese page beside the English one that it translates. */
const translations = ['README', 'docs/frontends'].map((name) => ({
  english: `${name}.md`,
  chinese: `${name}.zh-CN.md`,
}));

const fence = /^```(.*)\n((?:.*\n)*?)^```$/gm;

/** Commands count, what is said about them does not: it may be translated. */
const withoutComments = (language: string, block: string): string =>
  language === 'sh' ? block.replaceAll(/\s*#.*$/gm, '') : block;

/** The blocks of a page in order. A drawing has no language: its words are translated, its lines stay. */
const blocksOf = (page: string): string[] =>
  Array.from(page.matchAll(fence), ([, language = '', block = '']) =>
    language === ''
      ? `a drawing of ${block.split('\n').length - 1} lines`
      : `${language}\n${withoutComments(language, block)}`,
  );

const withoutBlocks = (page: string): string => page.replaceAll(fence, '');

const headingsOf = (page: string): string[] => withoutBlocks(page).match(/^#+(?= )/gm) ?? [];

const codeIn = (text: string): string[] => (text.match(/`[^`]+`/g) ?? []).toSorted();

/** For each table its rows, for each row its cells, for each cell the code in it. */
const tablesOf = (page: string): string[][][][] =>
  (withoutBlocks(page).match(/(?:^\|.*\n)+/gm) ?? []).map((table) =>
    table
      .trim()
      .split('\n')
      .map((row) => row.slice(1, -1).split('|').map(codeIn)),
  );

/** For each section, in order, the code and the points of its text. */
const sectionsOf = (page: string): { code: string[]; points: number }[] =>
  withoutBlocks(page)
    .split(/^#+ .*$/m)
    .map((section) => ({
      code: [...new Set(codeIn(section))],
      points: section.match(/^- /gm)?.length ?? 0,
    }));

/** The English page of a Chinese one that there is, without an anchor: headings are translated as well. */
function inEnglish(from: string, link: string): string {
  const [file = '', anchor] = link.split('#', 2);
  const target = file === '' ? from : path.join(path.dirname(from), file);
  const pair = translations.find(({ english, chinese }) => target === english || target === chinese);
  return pair?.english ?? (anchor === undefined ? target : `${target}#${anchor}`);
}

/** The pages of the project that a page leads to, itself left out. */
const linksOf = (page: string, text: string): string[] => {
  const links = Array.from(withoutBlocks(text).matchAll(/\]\(([^)\s]+)\)/g), ([, link = '']) => link);
  const targets = links.filter((link) => !/^https?:/.test(link)).map((link) => inEnglish(page, link));
  return [...new Set(targets)].filter((target) => target !== inEnglish(page, '')).toSorted();
};

test('every Chinese page has its English one', () => {
  const pages = globSync('**/*.zh-CN.md', { exclude: ['node_modules/**', '**/node_modules/**'] });

  expect(pages.toSorted()).toEqual(translations.map(({ chinese }) => chinese).toSorted());
});

for (const { english, chinese } of translations) {
  test(`${chinese} has the headings of ${english}`, async () => {
    expect(headingsOf(await readPage(chinese))).toEqual(headingsOf(await readPage(english)));
  });

  test(`${chinese} has the tables of ${english}: rows, columns and the code in each cell`, async () => {
    expect(tablesOf(await readPage(chinese))).toEqual(tablesOf(await readPage(english)));
  });

  test(`${chinese} has the commands and examples of ${english}`, async () => {
    expect(blocksOf(await readPage(chinese))).toEqual(blocksOf(await readPage(english)));
  });

  test(`${chinese} has the points of ${english}, and names the same code in each section`, async () => {
    expect(sectionsOf(await readPage(chinese))).toEqual(sectionsOf(await readPage(english)));
  });

  test(`${chinese} leads where ${english} leads, and each to the other`, async () => {
    const [englishText, chineseText] = await Promise.all([readPage(english), readPage(chinese)]);

    expect(linksOf(chinese, chineseText)).toEqual(linksOf(english, englishText));
    expect(englishText).toContain(`](${path.basename(chinese)})`);
    expect(chineseText).toContain(`](${path.basename(english)})`);
  });
}

const apiPages = (text: string): string[] => text.match(/https:\/\/open\.dingtalk\.com\/[\w/-]+/g) ?? [];

test('the pages of DingTalk’s that a Chinese page leads to are those that the code is written from', async () => {
  const sources = await Promise.all(globSync('src/**/*.ts').map((file) => readFile(file, 'utf8')));
  const known = new Set(sources.flatMap(apiPages));
  const linked = (await Promise.all(translations.map(({ chinese }) => readPage(chinese)))).flatMap(apiPages);

  expect(linked.length).toBeGreaterThan(0);
  expect(linked.filter((address) => !known.has(address))).toEqual([]);
});
