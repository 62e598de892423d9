import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { documentedChatErrors } from '../../src/sandbox/documented-errors.ts';
import { startSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { fetchAccessToken, type Received } from './sandbox-client.ts';

let sandbox: Sandbox;
let token: string;

beforeAll(async () => {
  sandbox = await startSandbox({ callsPerSecond: Infinity });
  token = await fetchAccessToken(sandbox);
});
afterAll(() => sandbox.close());

/** A POST without a query and without a body, as the API page shows it. */
async function convert(chatId: string, accessToken = token): Promise<Omit<Received, 'headers'>> {
  const path = `/v1.0/im/chat/${encodeURIComponent(chatId)}/convertToOpenConversationId`;
  const headers = { 'x-acs-dingtalk-access-token': accessToken };
  const response = await fetch(`${sandbox.url}${path}`, { method: 'POST', headers });
  return { status: response.status, body: await response.json() };
}

test.each([
  ['chat9FTRQSLo', 'cid9FTRQSLo+sKxxxx'],
  ['chat.demo.a', 'cid.demo.a'],
  ['chat.demo.B+/=', 'cid.demo.B+/='],
])('%s is the group %s', async (chatId, openConversationId) => {
  expect(await convert(chatId)).toEqual({ status: 200, body: { openConversationId } });
});

test.each([
  ['CHAT9FTRQSLo', 400, 'invalideChatId'],
  ['chat.demo.', 400, 'invalideChatId'],
  ['cid.demo.a', 400, 'invalideChatId'],
  ['chat.invalideChatId', 400, 'invalideChatId'],
  ['chat.permession.checkFailed', 400, 'permession.checkFailed'],
  ['chat.systemError', 500, 'systemError'],
])('%s is %d %s', async (chatId, status, code) => {
  const { status: received, body } = await convert(chatId);

  expect(received).toBe(status);
  expect(body).toEqual({ code, message: expect.any(String), requestid: expect.any(String) });
});

test('its own errors are the two of its page', () => {
  expect(documentedChatErrors.map(({ code, status }) => [code, status])).toEqual([
    ['invalideChatId', 400],
    ['permession.checkFailed', 400],
  ]);
});

test('it asks for a token and for no operator', async () => {
  expect(await convert('chat.demo.a', 'unknown')).toMatchObject({
    status: 400,
    body: { code: 'InvalidAuthentication' },
  });
  expect(sandbox.calls.at(-1)).toMatchObject({ query: {}, body: undefined });
});
