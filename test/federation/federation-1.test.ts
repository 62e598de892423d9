import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { parse } from 'graphql';
import { startGateway, type GatewayUnderTest } from '../support/start-gateway.ts';
import { messages, messagesSchema } from './federation-1.ts';
import { startRouters, type RoutersUnderTest } from './routers.ts';
import { serveSchema, type Served } from './serve-schema.ts';
import { areWanted, routerSecret } from './supergraph-under-test.ts';

const wanted = areWanted('a neighbour of Federation 1');

(wanted ? describe : describe.skip)('beside a neighbour of Federation 1', () => {
  let gateway: GatewayUnderTest;
  let neighbour: Served;
  let routers: RoutersUnderTest;
  beforeAll(async () => {
    gateway = await startGateway({
      environment: { VIEWER_AUTH: 'router', ROUTER_SECRET: routerSecret, CACHE_TTL_MS: '0' },
    });
    neighbour = await serveSchema(messagesSchema);
    const sdl = await readFile(new URL('../../schema.graphql', import.meta.url), 'utf8');
    routers = await startRouters(
      [
        { name: 'dingtalk', url: `${gateway.url}/graphql`, typeDefs: parse(sdl) },
        { ...messages, url: neighbour.url },
      ],
      'Hive Gateway',
      'Apollo Gateway',
    );
  }, 60_000);
  afterAll(async () => {
    await routers?.close();
    await neighbour?.close();
    await gateway?.close();
  }, 30_000);
  beforeEach(() => gateway.upstream.clearCalls());

  test.each(['Hive Gateway', 'Apollo Gateway'] as const)('%s joins both', async (router) => {
    const response = await fetch(routers.url(router), {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer chy' },
      body: JSON.stringify({
        query: `{
          messages {
            nodes { id chat { unread space { corpId } } attachments { name attachedTo { id } } }
            pageInfo { endCursor }
          }
          conversation(openConversationId: "cid.demo.tea") { unread }
        }`,
      }),
    });

    const { data, errors } = (await response.json()) as {
      data: unknown;
      errors: { extensions: { code: string } }[];
    };
    const readme = { name: 'readme.txt', attachedTo: [{ id: 'm1' }, { id: 'm3' }] };
    expect(data).toEqual({
      messages: {
        nodes: [
          { id: 'm1', chat: { unread: 1, space: { corpId: 'ding1234xxxxx' } }, attachments: [readme, null] },
          { id: 'm2', chat: { unread: 1, space: null }, attachments: [] },
          {
            id: 'm3',
            chat: null,
            attachments: [{ name: '项目计划 Project plan.docx', attachedTo: [] }, readme],
          },
        ],
        pageInfo: { endCursor: 'm3' },
      },
      conversation: { unread: 1 },
    });
    expect(errors.map(({ extensions }) => extensions.code).toSorted()).toEqual([
      'CONVERSATION_NOT_FOUND',
      'DENTRY_NOT_FOUND',
    ]);
    const calls = gateway.upstream.calls.filter(({ api }) => api !== 'accessToken');
    expect(calls.map(({ api, body }) => [api, body])).toEqual(
      expect.arrayContaining([
        ['conversationSpace', { openConversationId: 'cid9FTRQSLo+sKxxxx' }],
        ['conversationSpace', { openConversationId: 'cid.conversationNotExist' }],
        ['dentriesBatch', expect.anything()],
      ]),
    );
    expect(calls).toHaveLength(3);
  });
});
