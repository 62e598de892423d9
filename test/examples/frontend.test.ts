import { expect, jest, test } from '@jest/globals';
import { GatewayError } from '../../examples/frontend/gateway-error.ts';
import { spaceOf } from '../../examples/frontend/space-of.ts';
import { startGateway, type GatewayUnderTest } from '../support/start-gateway.ts';

const openConversationId = 'cid9FTRQSLo+sKxxxx';
const exampleSpace = {
  spaceId: '798xxxxx',
  corpId: 'ding1234xxxxx',
  createTime: '2022-01-01T10:00:00.000Z',
  modifiedTime: '2022-01-01T10:00:00.000Z',
};

const optionsFor = ({ url }: GatewayUnderTest) => ({
  endpoint: `${url}/graphql`,
  // Nothing sleeps: the waits are recorded.
  wait: jest.fn((_ms: number) => Promise.resolve()),
});

const idsAskedFor = ({ upstream }: GatewayUnderTest) =>
  upstream.callsTo('conversationSpace').map(({ body }) => body);

test('a group has a space', async () => {
  await using gateway = await startGateway();

  const answer = await spaceOf(openConversationId, optionsFor(gateway));

  expect(answer).toEqual({ kind: 'space', space: exampleSpace });
  expect(idsAskedFor(gateway)).toEqual([{ openConversationId }]);
});

test('a group that does not exist is an answer, not an error', async () => {
  await using gateway = await startGateway();

  const answer = await spaceOf('cid.conversationNotExist', optionsFor(gateway));

  expect(answer).toEqual({ kind: 'no-such-group' });
  expect(idsAskedFor(gateway)).toEqual([{ openConversationId: 'cid.conversationNotExist' }]);
});

test('an unreadable time does not fail the space', async () => {
  await using gateway = await startGateway();
  const space = { ...exampleSpace, createTime: 'yesterday' };
  const body = JSON.stringify({ space });
  gateway.upstream.addFault('conversationSpace', { kind: 'answer', status: 200, body }, 1);

  const answer = await spaceOf(openConversationId, optionsFor(gateway));

  expect(answer).toEqual({ kind: 'space', space: { ...exampleSpace, createTime: null } });
  expect(idsAskedFor(gateway)).toEqual([{ openConversationId }]);
});

/** As long as the deadline of a lookup, so that the gateway does not wait itself. */
const tooFast = {
  kind: 'answer',
  status: 403,
  headers: { 'retry-after': '5' },
  body: JSON.stringify({ code: 'Forbidden.AccessDenied.QpsLimitForApi' }),
} as const;

test('after RATE_LIMITED it waits retryAfterMs and tries again', async () => {
  await using gateway = await startGateway();
  gateway.upstream.addFault('conversationSpace', tooFast, 1);
  const options = optionsFor(gateway);

  const answer = await spaceOf(openConversationId, options);

  expect(answer).toEqual({ kind: 'space', space: exampleSpace });
  expect(options.wait.mock.calls).toEqual([[5000]]);
  expect(idsAskedFor(gateway)).toEqual([{ openConversationId }, { openConversationId }]);
});

test('gives up at the third RATE_LIMITED', async () => {
  await using gateway = await startGateway();
  gateway.upstream.addFault('conversationSpace', tooFast);
  const options = optionsFor(gateway);

  const answer = spaceOf(openConversationId, options);

  await expect(answer).rejects.toMatchObject({ name: 'GatewayError', code: 'RATE_LIMITED' });
  expect(options.wait.mock.calls).toEqual([[5000], [5000]]);
  expect(idsAskedFor(gateway)).toHaveLength(3);
});

test('gives up at once if retryAfterMs is a minute', async () => {
  await using gateway = await startGateway();
  const tooOften = { kind: 'error', code: 'Forbidden.AccessDenied.QpmLimitForAppkeyAndApi' } as const;
  gateway.upstream.addFault('conversationSpace', tooOften);
  const options = optionsFor(gateway);

  const answer = spaceOf(openConversationId, options);

  await expect(answer).rejects.toMatchObject({ name: 'GatewayError', code: 'RATE_LIMITED' });
  expect(options.wait.mock.calls).toEqual([]);
  expect(idsAskedFor(gateway)).toEqual([{ openConversationId }]);
});

test('any other failure is an error with its code', async () => {
  await using gateway = await startGateway();
  const options = optionsFor(gateway);

  const error = await spaceOf('cid.permissionDenied', options).catch((error: unknown) => error);

  expect(error).toBeInstanceOf(GatewayError);
  expect(error).toMatchObject({ code: 'FORBIDDEN', message: expect.stringContaining('may not read') });
  expect(options.wait.mock.calls).toEqual([]);
  expect(idsAskedFor(gateway)).toEqual([{ openConversationId: 'cid.permissionDenied' }]);
});

test('the API key is sent in a header', async () => {
  await using gateway = await startGateway({
    environment: { GATEWAY_API_KEYS: 'a-key-of-sixteen-or-more-characters' },
  });
  const options = optionsFor(gateway);

  const refused = spaceOf(openConversationId, options);
  await expect(refused).rejects.toMatchObject({ name: 'GatewayError', code: 'UNAUTHENTICATED' });
  expect(idsAskedFor(gateway)).toEqual([]);

  const headers = { 'x-api-key': 'a-key-of-sixteen-or-more-characters' };
  const answer = await spaceOf(openConversationId, { ...options, headers });
  expect(answer).toEqual({ kind: 'space', space: exampleSpace });
  expect(idsAskedFor(gateway)).toEqual([{ openConversationId }]);
});
