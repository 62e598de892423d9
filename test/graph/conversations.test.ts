import { expect, test } from '@jest/globals';
import { startGateway } from '../support/start-gateway.ts';
import { callsSeen, codesAt } from './files/calls.ts';
import { startThirdParty } from './files/third-party.ts';

test('a conversation costs no call by itself', async () => {
  await using gateway = await startGateway();

  const { body } = await gateway.query(`{
    conversation(openConversationId: "cid.demo.a") { openConversationId }
    conversations(openConversationIds: ["cid.demo.b", "cid.nowhere"]) { openConversationId }
  }`);

  expect(body).toEqual({
    data: {
      conversation: { openConversationId: 'cid.demo.a' },
      conversations: [{ openConversationId: 'cid.demo.b' }, { openConversationId: 'cid.nowhere' }],
    },
  });
  expect(gateway.upstream.calls).toHaveLength(0);
});

test('the spaces of many conversations are one call each, and one that fails fails alone', async () => {
  await using gateway = await startGateway();

  const answer = await gateway.query(`{
    conversations(openConversationIds: ["cid.demo.a", "cid.conversationNotExist", "", "cid.demo.a"]) {
      openConversationId
      space { corpId }
    }
  }`);

  const found = { openConversationId: 'cid.demo.a', space: { corpId: 'ding1234xxxxx' } };
  expect(answer.body.data).toEqual({
    conversations: [found, { openConversationId: 'cid.conversationNotExist', space: null }, null, found],
  });
  expect(codesAt(answer)).toEqual({
    'conversations.1.space': 'CONVERSATION_NOT_FOUND',
    'conversations.2': 'BAD_USER_INPUT',
  });
  expect(callsSeen(gateway)).toEqual([
    'conversationSpace {"openConversationId":"cid.demo.a"}',
    'conversationSpace {"openConversationId":"cid.conversationNotExist"}',
  ]);
});

test('a chatId leads to its conversation, to the space and to the files', async () => {
  await using gateway = await startGateway();

  const { body } = await gateway.query(`{
    conversationByChatId(chatId: "chat9FTRQSLo") {
      openConversationId
      space { dentries(first: 1) { nodes { name } } }
    }
  }`);

  expect(body).toEqual({
    data: {
      conversationByChatId: {
        openConversationId: 'cid9FTRQSLo+sKxxxx',
        space: { dentries: { nodes: [{ name: 'readme.txt' }] } },
      },
    },
  });
  expect(callsSeen(gateway)).toEqual([
    'openConversationId chat9FTRQSLo',
    'conversationSpace {"openConversationId":"cid9FTRQSLo+sKxxxx"}',
    'dentries 798xxxxx {"parentId":"0","orderBy":"MODIFIED_TIME","order":"DESC","maxResults":"1"}',
  ]);
});

test('an id with a slash stays one segment of the path', async () => {
  await using gateway = await startGateway();

  await gateway.query(
    '{ conversationByChatId(chatId: "chat.demo./../x?y#z") { openConversationId } space(spaceId: "a/b") { name } }',
  );

  expect(gateway.upstream.calls.map(({ api, path }) => [api, path]).toSorted()).toEqual([
    ['accessToken', '/v1.0/oauth2/accessToken'],
    ['openConversationId', '/v1.0/im/chat/chat.demo.%2F..%2Fx%3Fy%23z/convertToOpenConversationId'],
    ['storageSpace', '/v1.0/storage/spaces/a%2Fb'],
  ]);
});

test('a third-party application cannot convert a chatId: no call is made', async () => {
  await using gateway = await startThirdParty();

  const { body } = await gateway.query(
    '{ conversationByChatId(chatId: "chat9FTRQSLo") { openConversationId } }',
  );

  expect(body).toEqual({
    data: { conversationByChatId: null },
    errors: [
      {
        message:
          'DingTalk offers this to internal applications only, and this gateway is a third-party one: its operator can change that, not you.',
        locations: [expect.anything()],
        path: ['conversationByChatId'],
        extensions: { code: 'GATEWAY_MISCONFIGURED', retryable: false },
      },
    ],
  });
  expect(gateway.upstream.calls).toHaveLength(0);
});

test('the files of a group are asked for while another group is still being looked up', async () => {
  await using gateway = await startGateway();
  gateway.upstream.addFault('conversationSpace', { kind: 'hang' }, 1);
  const leaving = new AbortController();

  const answer = gateway
    .query(
      '{ conversations(openConversationIds: ["cid.demo.a", "cid.demo.b"]) { space { dentries(first: 1) { nodes { name } } } } }',
      {},
      {},
      leaving.signal,
    )
    .catch(() => 'left');

  await gateway.upstream.waitForCalls('dentries', 1);
  expect(gateway.upstream.callsTo('conversationSpace')).toHaveLength(2);
  leaving.abort();
  expect(await answer).toBe('left');
});
