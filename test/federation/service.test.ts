import { readFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { startGateway } from '../support/start-gateway.ts';
import { conversation, spacesOfConversations } from './representations.ts';

const schemaFile = new URL('../../schema.graphql', import.meta.url);

test('schema.graphql is, byte for byte, what _service answers: else run npm run schema', async () => {
  await using gateway = await startGateway();

  const { body } = await gateway.query('{ _service { sdl } }');

  expect(body).toEqual({ data: { _service: { sdl: await readFile(schemaFile, 'utf8') } } });
});

test('routers are served where introspection is off', async () => {
  await using gateway = await startGateway({
    environment: { NODE_ENV: 'production', VIEWER_AUTH: 'router', ROUTER_SECRET: 'the router knows' },
  });
  const router = { 'x-router-secret': 'the router knows', 'x-dingtalk-union-id': 'linxxxxx' };

  const introspection = await gateway.query('{ __schema { queryType { name } } }', {}, router);
  const service = await gateway.query('{ _service { sdl } }', {}, router);
  const entities = await gateway.query(
    spacesOfConversations,
    { representations: [conversation('cid9FTRQSLo+sKxxxx')] },
    router,
  );

  expect(introspection.body.errors!.map(({ extensions }) => extensions.code)).toEqual([
    'GRAPHQL_VALIDATION_FAILED',
  ]);
  expect(service.body).toEqual({
    data: { _service: { sdl: expect.stringContaining('@key(fields: "openConversationId")') } },
  });
  expect(entities.body).toEqual({
    data: { _entities: [{ space: { spaceId: '798xxxxx', corpId: 'ding1234xxxxx' } }] },
  });
  expect(gateway.upstream.callsTo('conversationSpace')).toMatchObject([{ query: { unionId: 'linxxxxx' } }]);
});
