import { expect, test } from '@jest/globals';
import { startGateway } from '../support/start-gateway.ts';

const space = 'spaceId corpId createTime modifiedTime';
const lookup = `query ($id: ID!) { conversationSpace(openConversationId: $id) { ${space} } }`;

test('answers the example of DingTalk’s API page', async () => {
  await using gateway = await startGateway();

  const { status, body } = await gateway.query(lookup, { id: 'cid9FTRQSLo+sKxxxx' });

  expect(status).toBe(200);
  expect(body).toEqual({
    data: {
      conversationSpace: {
        spaceId: '798xxxxx',
        corpId: 'ding1234xxxxx',
        createTime: '2022-01-01T10:00:00.000Z',
        modifiedTime: '2022-01-01T10:00:00.000Z',
      },
    },
  });
  expect(gateway.upstream.calls.map(({ api }) => api)).toEqual(['accessToken', 'conversationSpace']);
});

test('fifty aliases of twenty-five ids are twenty-five calls, sent together', async () => {
  await using gateway = await startGateway();
  const ids = Array.from({ length: 25 }, (_, index) => `cid.demo.${index}`);
  const aliases = [...ids, ...ids].map(
    (id, index) => `a${index}: conversationSpace(openConversationId: "${id}") { spaceId }`,
  );
  // Held until the twentieth call has arrived: a gateway that sends them one by one would never pass the first.
  gateway.upstream.setLatency(200, 'conversationSpace');

  const answer = gateway.query(`{ ${aliases.join('\n')} }`);
  await gateway.upstream.waitForCalls('conversationSpace', 20);
  const inFlightTogether = gateway.upstream.inFlight;
  const { body } = await answer;

  expect(inFlightTogether).toBe(20);
  expect(body.errors).toBeUndefined();
  expect(Object.keys(body.data)).toHaveLength(50);
  expect(body.data.a0).toEqual(body.data.a25);
  const asked = gateway.upstream
    .callsTo('conversationSpace')
    .map((call) => (call.body as any).openConversationId);
  expect(asked.toSorted()).toEqual(ids.toSorted());
});

test('one failed id fails alone', async () => {
  await using gateway = await startGateway();

  const { body } = await gateway.query(`{
    good: conversationSpace(openConversationId: "cid.demo.good") { corpId }
    bad: conversationSpace(openConversationId: "cid.conversationNotExist") { corpId }
  }`);

  expect(body.data).toEqual({ good: { corpId: 'ding1234xxxxx' }, bad: null });
  expect(body.errors).toEqual([
    {
      message: 'There is no such group: check the openConversationId, case included.',
      locations: [{ line: 3, column: 5 }],
      path: ['bad'],
      extensions: {
        code: 'CONVERSATION_NOT_FOUND',
        retryable: false,
        dingtalk: { code: 'conversationNotExist', status: 404, requestId: expect.any(String) },
      },
    },
  ]);
});

test('parses times without seconds and times in Java’s form', async () => {
  await using gateway = await startGateway();

  const { body } = await gateway.query(lookup, { id: 'cid.shortTime' });

  expect(body.data.conversationSpace).toMatchObject({
    createTime: '2022-07-29T14:55:00.000Z',
    modifiedTime: '2026-03-06T08:33:28.000Z',
  });
});

test('an unreadable time is null, with its own error', async () => {
  await using gateway = await startGateway();

  const { body } = await gateway.query(lookup, { id: 'cid.badTime' });

  expect(body.data.conversationSpace).toMatchObject({ spaceId: expect.any(String), createTime: null });
  expect(body.data.conversationSpace.modifiedTime).not.toBeNull();
  expect(body.errors).toEqual([
    expect.objectContaining({
      path: ['conversationSpace', 'createTime'],
      extensions: { code: 'UPSTREAM_MALFORMED_RESPONSE', retryable: true },
    }),
  ]);
});

test.each([
  ['a space without an id', { corpId: 'ding1234xxxxx' }],
  ['a number for an id', { spaceId: 7, corpId: 'ding1234xxxxx' }],
  ['no organization', { spaceId: '7' }],
])('%s is UPSTREAM_MALFORMED_RESPONSE', async (_what, given) => {
  await using gateway = await startGateway();
  const body = JSON.stringify({ space: given });
  gateway.upstream.addFault('conversationSpace', { kind: 'answer', status: 200, body }, 1);

  const answer = await gateway.query(lookup, { id: 'cid.demo.a' });

  expect(answer.body.data).toEqual({ conversationSpace: null });
  expect(answer.body.errors?.[0]?.extensions).toMatchObject({
    code: 'UPSTREAM_MALFORMED_RESPONSE',
    retryable: true,
  });
});

test('times that DingTalk does not send are null without an error', async () => {
  await using gateway = await startGateway();
  const body = JSON.stringify({ space: { spaceId: '7', corpId: 'c', createTime: null } });
  gateway.upstream.addFault('conversationSpace', { kind: 'answer', status: 200, body }, 1);

  const answer = await gateway.query(lookup, { id: 'cid.demo.a' });

  expect(answer.body).toEqual({
    data: { conversationSpace: { spaceId: '7', corpId: 'c', createTime: null, modifiedTime: null } },
  });
});

test.each([
  ['base64 with every special character', 'cid+/Vc7N7lA5mymGresI0XAw=='],
  ['256 characters', 'c'.repeat(256)],
  ['256 characters outside the basic plane', '𝒸'.repeat(256)],
  ['blanks', ' cid '],
  ['upper case', 'CID.DEMO.X'],
])('an id of %s is sent unchanged', async (_what, id) => {
  await using gateway = await startGateway();

  await gateway.query(lookup, { id });

  expect(gateway.upstream.callsTo('conversationSpace').map(({ body }) => body)).toEqual([
    { openConversationId: id },
  ]);
});

test.each([
  ['nothing', ''],
  ['257 characters', 'c'.repeat(257)],
  ['a line break', 'cid\r\nx'],
  ['a NUL', 'cid\0'],
  ['a C1 control character', 'cid\u0085'],
  ['half a surrogate pair', 'cid\ud800'],
])('an id of %s is refused and costs no call', async (_what, id) => {
  await using gateway = await startGateway();

  const { body } = await gateway.query(lookup, { id });

  expect(body).toEqual({
    data: { conversationSpace: null },
    errors: [
      {
        message:
          'openConversationId must be a string of 1 to 256 characters, not all blank, none of them a control character.',
        locations: [{ line: 1, column: 20 }],
        path: ['conversationSpace'],
        extensions: { code: 'BAD_USER_INPUT', retryable: false, argument: 'openConversationId' },
      },
    ],
  });
  expect(gateway.upstream.calls).toHaveLength(0);
});

test('ids that differ in case are different lookups', async () => {
  await using gateway = await startGateway();

  await gateway.query(
    '{ a: conversationSpace(openConversationId: "cid.demo.a") { spaceId } b: conversationSpace(openConversationId: "cid.demo.A") { spaceId } }',
  );

  expect(gateway.upstream.callsTo('conversationSpace')).toHaveLength(2);
});

test('more distinct lookups than allowed are refused before the first call', async () => {
  await using gateway = await startGateway({ environment: { MAX_LOOKUPS_PER_REQUEST: '2' } });
  const query = `query ($id: ID!) {
    conversationSpace(openConversationId: "cid.demo.1") { spaceId }
    ...More
  }
  fragment More on Query {
    again: conversationSpace(openConversationId: "cid.demo.1") { spaceId }
    other: conversationSpace(openConversationId: "cid.demo.2") { spaceId }
    third: conversationSpace(openConversationId: $id) { spaceId }
  }`;

  const refused = await gateway.query(query, { id: 'cid.demo.3' });
  const allowed = await gateway.query(query, { id: 'cid.demo.2' });

  expect(refused.status).toBe(422);
  expect(refused.body).toEqual({
    errors: [
      {
        message: 'This operation needs 3 lookups; the limit is 2: split it.',
        extensions: {
          code: 'LOOKUP_LIMIT_EXCEEDED',
          retryable: false,
          limit: 2,
          asked: 3,
          variable: 'MAX_LOOKUPS_PER_REQUEST',
        },
      },
    ],
  });
  expect(allowed.body.errors).toBeUndefined();
  expect(gateway.upstream.callsTo('conversationSpace')).toHaveLength(2);
});

test('more lookups than fit into a second are queued, not refused', async () => {
  await using gateway = await startGateway({
    environment: { DINGTALK_QPS: '5' },
    sandbox: { callsPerSecond: 5 },
  });
  const ids = Array.from({ length: 10 }, (_, index) => `cid.demo.${index}`);
  const aliases = ids.map(
    (id, index) => `a${index}: conversationSpace(openConversationId: "${id}") { spaceId }`,
  );

  const { body } = await gateway.query(`{ ${aliases.join(' ')} }`);

  expect(body.errors).toBeUndefined();
  expect(gateway.upstream.callsTo('conversationSpace').map(({ status }) => status)).toEqual(
    Array(10).fill(200),
  );
});
