import { expect, test } from '@jest/globals';
import { startGateway } from '../support/start-gateway.ts';
import { remembering, startCachedGateway } from '../support/cached-gateway.ts';
import { eventually } from '../support/eventually.ts';

const explain = { 'x-explain': '1' };
const twice =
  '{ a: conversationSpace(openConversationId: "cid.demo.a") { spaceId } b: conversationSpace(openConversationId: "cid.demo.a") { corpId } }';
const lookupsIn = ({ body }: { body: object }): unknown =>
  (body as { extensions?: { lookups?: unknown } }).extensions?.lookups;

test('reports for each path where its data came from', async () => {
  await using gateway = await startCachedGateway();

  const first = await gateway.query(twice, {}, explain);
  gateway.clock.advance(2000);
  const second = await gateway.query(twice, {}, explain);

  const fromUpstream = { source: 'upstream', ageMs: 0, attempts: 1, ms: 0 };
  const fromMemory = { source: 'memory', ageMs: 2000, attempts: 0, ms: 0 };
  expect(lookupsIn(first)).toEqual([
    { path: ['a'], ...fromUpstream },
    { path: ['b'], ...fromUpstream },
  ]);
  expect(lookupsIn(second)).toEqual([
    { path: ['a'], ...fromMemory },
    { path: ['b'], ...fromMemory },
  ]);
});

test('reports references by either key, and nothing for a field without a lookup', async () => {
  await using gateway = await startCachedGateway();

  const answer = await gateway.query(
    `query ($representations: [_Any!]!) { _entities(representations: $representations) {
      ... on Space { corpId } ... on Conversation { space { spaceId } }
    } }`,
    {
      representations: [
        { __typename: 'Conversation', openConversationId: '' },
        { __typename: 'Conversation', openConversationId: 'cid.demo.a' },
        { __typename: 'Space', spaceId: '1' },
      ],
    },
    explain,
  );

  const found = { source: 'upstream', ageMs: expect.anything(), attempts: 1, ms: 0 };
  expect(lookupsIn(answer)).toEqual([
    { path: ['_entities', 2], ...found },
    { path: ['_entities', 1, 'space'], ...found },
  ]);
});

test('reports failures, from a call and from the cache', async () => {
  await using gateway = await startCachedGateway();
  const query =
    '{ no: conversationSpace(openConversationId: "cid.permissionDenied") { spaceId } bad: conversationSpace(openConversationId: "cid.paramError") { spaceId } }';

  const first = await gateway.query(query, {}, explain);
  gateway.clock.advance(1000);
  const second = await gateway.query(query, {}, explain);

  const asked = { source: 'upstream', ageMs: 0, attempts: 1, ms: 0 };
  expect(lookupsIn(first)).toEqual([
    { path: ['no'], ...asked },
    { path: ['bad'], ...asked },
  ]);
  expect(lookupsIn(second)).toEqual([
    { path: ['no'], source: 'memory', ageMs: 1000, attempts: 0, ms: 0 },
    { path: ['bad'], ...asked },
  ]);
});

test('reports a joined flight, and a lookup without a result', async () => {
  await using gateway = await startCachedGateway({ CACHE_TTL_MS: '0' });
  gateway.upstream.addFault('conversationSpace', { kind: 'hang' }, 1);

  const first = gateway.query(twice, {}, explain);
  await gateway.upstream.waitForCalls('conversationSpace', 1);
  const joining = gateway.query(
    '{ joins: conversationSpace(openConversationId: "cid.demo.a") { spaceId } }',
    {},
    explain,
  );
  // Sent later: when it arrives, the other request has joined.
  await gateway.lookUp('cid.demo.behind');
  gateway.clock.advance(5000);

  expect(lookupsIn(await joining)).toEqual([
    { path: ['joins'], source: 'flight', ageMs: null, attempts: 1, ms: 5000 },
  ]);
  expect(lookupsIn(await first)).toEqual(
    ['a', 'b'].map((name) => ({ path: [name], source: 'upstream', ageMs: null, attempts: 1, ms: 5000 })),
  );
});

test('reports the age of a stale entry', async () => {
  await using gateway = await startCachedGateway();
  await gateway.query(twice);
  gateway.clock.advance(61_000);

  const answer = await gateway.query(twice, {}, explain);
  await eventually(() => gateway.asked().length === 2);

  expect(lookupsIn(answer)).toEqual(
    ['a', 'b'].map((name) => ({ path: [name], source: 'memory', ageMs: 61_000, attempts: 0, ms: 0 })),
  );
});

test.each([
  ['without the header', {}, {}],
  ['with another value', { 'x-explain': 'yes' }, {}],
  ['in production', explain, { NODE_ENV: 'production', ALLOW_ANONYMOUS: '1', DINGTALK_MODE: 'live' }],
])('reports nothing %s', async (_when, headers, environment) => {
  await using gateway = await startGateway({ environment: { ...remembering, ...environment } });

  const { body } = await gateway.query(twice, {}, headers);

  expect(Object.keys(body)).toEqual(['data']);
});

test('pages of the allowed origins may ask for the report', async () => {
  await using gateway = await startGateway({ environment: { CORS_ORIGINS: 'https://app.example.com' } });

  const { headers } = await fetch(`${gateway.url}/graphql`, {
    method: 'OPTIONS',
    headers: {
      origin: 'https://app.example.com',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type,x-explain',
    },
  });

  expect(headers.get('access-control-allow-headers')).toContain('x-explain');
});
