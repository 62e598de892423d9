import { expect, test } from '@jest/globals';
import { startGateway } from '../support/start-gateway.ts';

const header = 'strict-transport-security';

test('without HSTS_MAX_AGE_S no answer speaks for the whole host', async () => {
  await using gateway = await startGateway();

  expect((await gateway.query('{ __typename }')).headers.get(header)).toBeNull();
  expect((await fetch(`${gateway.url}/healthz`)).headers.get(header)).toBeNull();
});

test('with HSTS_MAX_AGE_S every answer has it, refusals included', async () => {
  await using gateway = await startGateway({ environment: { HSTS_MAX_AGE_S: '31536000' } });

  expect((await gateway.query('{ __typename }')).headers.get(header)).toBe('max-age=31536000');
  expect((await fetch(`${gateway.url}/none`)).headers.get(header)).toBe('max-age=31536000');
  expect((await fetch(`${gateway.url}/%zz`)).headers.get(header)).toBe('max-age=31536000');
});
