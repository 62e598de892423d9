import { expect, test } from '@jest/globals';
import { expected } from '../../scripts/judges/expected.ts';
import { commonCodes } from '../../src/errors/documented-codes.ts';
import { documentedApiErrors } from '../../src/sandbox/documented-errors.ts';
import { endpoints } from '../support/endpoints.ts';
import {
  errorRows,
  metricRows,
  tableRows,
  upstreamCodeRows,
  variableRows,
  type Row,
} from '../support/page-tables.ts';
import { readPage } from '../support/pages.ts';

const sorted = (rows: readonly Row[]): Row[] =>
  rows.toSorted(([a = ''], [b = '']) => (a < b ? -1 : Number(a > b)));

test('the tables of docs/configuration.md have every variable once, as the code describes it', async () => {
  const rows = tableRows(await readPage('docs/configuration.md'), ['variable', 'default', 'meaning']);

  expect(sorted(rows)).toEqual(sorted(variableRows()));
});

test('the table of docs/errors.md has every code, when it occurs, what to do, and whether it is retryable', async () => {
  const headings = ['`code`', 'when', 'what to do', 'retryable'];
  const rows = tableRows(await readPage('docs/errors.md'), headings);

  expect(rows.map(([code, when, , retryable]) => [code, when, retryable])).toEqual(errorRows());
  expect(rows.filter(([, , whatToDo = '']) => whatToDo.length < 5)).toEqual([]);
});

test('the table of docs/errors.md has every code of DingTalk’s, and our code for it', async () => {
  const rows = tableRows(await readPage('docs/errors.md'), ['DingTalk’s code', 'our code']);

  expect(sorted(rows)).toEqual(sorted(upstreamCodeRows()));
});

test.each([
  ['Counters', 'counter'],
  ['Gauges', 'gauge'],
  ['Histograms', 'histogram'],
])('%s of docs/metrics.md are the code’s', async (heading, type) => {
  const page = await readPage('docs/metrics.md');
  const section = new RegExp(`^## ${heading}\\n(.*?)^## `, 'ms').exec(page)?.[1] ?? '';

  expect(tableRows(section, ['metric', 'labels', 'measures'])).toEqual(metricRows(type));
});

test('the table of SECURITY.md has every finding that the judges may have', async () => {
  const headings = ['finding', 'judge', 'where', 'why it is no fault'];
  const rows = tableRows(await readPage('SECURITY.md'), headings);

  expect(rows).toEqual(
    expected.map(({ name, judge, where, why }) => [`\`${name}\``, judge, where.join(', '), why]),
  );
});

test('the documented codes are those of the stand-in', () => {
  const standIns = documentedApiErrors.map(({ code }) => code);

  const own = endpoints.flatMap(({ refusals }) => Object.keys(refusals));
  expect([...new Set([...Object.keys(commonCodes), ...own])].toSorted()).toEqual(standIns.toSorted());
});
