import { readFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { format } from 'prettier';
import { commonCodes } from '../../src/dingtalk/http/documented-codes.ts';
import { documentedErrors, documentedStorageErrors } from '../../src/sandbox/documented-errors.ts';
import { endpoints } from '../support/endpoints.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { errorsTable, metricsTable, variablesTable } from '../support/readme-tables.ts';
import { startGateway } from '../support/start-gateway.ts';

const readme = await readFile('README.md', 'utf8');
const blocks = (language: string): string[] =>
  [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map(([, text]) => text ?? '');

/** Tables as prettier lays them out, so that a difference is one of content. */
const laidOut = async (table: string): Promise<string> =>
  (await format(table, { parser: 'markdown' })).trim();

test('the table of variables is the code’s', async () => {
  expect(readme).toContain(await laidOut(variablesTable()));
});

test('the table of errors is the code’s', async () => {
  expect(readme).toContain(await laidOut(errorsTable()));
});

test('the table of metrics is the code’s', async () => {
  expect(readme).toContain(await laidOut(metricsTable()));
});

test('the documented codes are the stand-in’s', () => {
  const standIns = [...documentedErrors, ...documentedStorageErrors].map(({ code }) => code);
  const own = endpoints.flatMap(({ refusals }) => Object.keys(refusals));
  expect([...new Set([...Object.keys(commonCodes), ...own])].toSorted()).toEqual(standIns.toSorted());
});

test('the first query gives the first answer', async () => {
  await using gateway = await startGateway();
  const [query = ''] = blocks('graphql');
  const [answer = ''] = blocks('json');

  const { body } = await gateway.query(query);

  expect(body).toEqual(JSON.parse(answer));
});

const explainedQuery =
  blocks('sh')
    .find((block) => block.includes('x-explain: 1'))
    ?.trim() ?? '';

test('the explained answer is what the command gives two seconds after the first query', async () => {
  const clock = createManualClock();
  await using gateway = await startGateway({ clock, environment: { CACHE_TTL_MS: '60000' } });
  const [, answer = ''] = blocks('json');
  const { query } = JSON.parse(/-d '(.*)'/.exec(explainedQuery)?.[1] ?? '') as { query: string };

  await gateway.query(query);
  clock.advance(2000);
  const { body } = await gateway.query(query, {}, { 'x-explain': '1' });

  expect(body).toEqual(JSON.parse(answer));
});

/** Where each command of the README is run as it is written. */
const runBy: Readonly<Record<string, string>> = {
  [explainedQuery]: 'above',
  'npm ci && npm run build': '.ci/run',
  'npm prune --omit=dev': '.ci/run',
  'node dist/main.js': '.ci/run',
  'npm ci && npm start': '.ci/run, test/process',
  'npm ci && npm test': '.ci/run',
  'npm run dev': 'test/process',
  'npm run check': '.ci/run',
  'npm run schema': '.ci/run',
  'npm run codegen': '.ci/run',
  'npm run schema:check': '.ci/run',
  'npm run soak': 'test/process, for six seconds',
  'npm ci --prefix examples/supergraph': '.ci/run',
  'npm run supergraph': 'test/federation',
  'npm ci --prefix bench': '.ci/run',
  'npm run bench -- --quick': '.ci/run',
  'npm run plan -- --users 1000 --groups 500 --opens-per-day 20 --ttl 3600000': '.ci/run',
  'npx tsx examples/frontend/main.ts cid.demo.anything': 'test/process',
};

test('every command is run by a test or by CI', () => {
  const commands = blocks('sh')
    .flatMap((block) => block.split('\n'))
    .map((line) => line.replace(/\s*#.*$/, ''))
    .filter((line) => line !== '');
  expect(commands.filter((command) => !(command in runBy))).toEqual([]);
});
