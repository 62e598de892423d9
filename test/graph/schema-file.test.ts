import { readFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { startGateway } from '../support/start-gateway.ts';

test('schema.graphql equals the SDL of _service: if it is stale, run npm run schema', async () => {
  await using gateway = await startGateway();

  const { body } = await gateway.query('{ service: _service { sdl } }');

  const written = await readFile(new URL('../../schema.graphql', import.meta.url), 'utf8');
  expect({ 'schema.graphql': written }).toEqual({ 'schema.graphql': body.data.service.sdl });
});
