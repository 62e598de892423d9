import { expect, test } from '@jest/globals';
import { codeBlocks } from '../support/code-blocks.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { readPage } from '../support/pages.ts';
import { startGateway } from '../support/start-gateway.ts';

const readme = await readPage('README.md');
const architecture = await readPage('docs/architecture.md');

test('the first query of the README gives its answer', async () => {
  await using gateway = await startGateway();
  const [query = ''] = codeBlocks(readme, 'graphql');
  const [answer = ''] = codeBlocks(readme, 'json');

  const { body } = await gateway.query(query);

  expect(body).toEqual(JSON.parse(answer));
});

test('the answer with x-explain is that of the command two seconds after the first query', async () => {
  const clock = createManualClock();
  await using gateway = await startGateway({ clock, environment: { CACHE_TTL_MS: '60000' } });
  const [command = ''] = codeBlocks(architecture, 'sh');
  const [answer = ''] = codeBlocks(architecture, 'json');
  const { query } = JSON.parse(/-d '(.*)'/.exec(command)?.[1] ?? '') as { query: string };

  await gateway.query(query);
  clock.advance(2000);
  const { body } = await gateway.query(query, {}, { 'x-explain': '1' });

  expect(body).toEqual(JSON.parse(answer));
});
