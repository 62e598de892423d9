import { expect, test } from '@jest/globals';
import { requestLines } from '../support/log-lines.ts';
import { startGateway } from '../support/start-gateway.ts';

test('the page has a line at info, and each of its assets one at debug', async () => {
  await using gateway = await startGateway({ environment: { IDE: 'on' } });
  const page = await (await fetch(`${gateway.url}/`)).text();
  const asset = /(?:src|href)="\.(\/explorer\/[^"]+)"/.exec(page)?.[1] ?? '';
  expect((await fetch(gateway.url + asset)).status).toBe(200);
  expect((await fetch(`${gateway.url}${asset}.none`)).status).toBe(404);

  expect(requestLines(gateway.log).map(({ level, msg, status }) => [level, msg, status])).toEqual([
    ['info', 'answered', 200],
    ['debug', 'answered', 200],
    ['info', 'refused', 404],
  ]);
});
