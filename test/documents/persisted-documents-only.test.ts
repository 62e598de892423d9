import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { samplesOf, scrape } from '../metrics/scrape.ts';
import { startGateway, type GatewayUnderTest } from '../support/start-gateway.ts';
import { documentFolder, sha256, spaceAnswer, spaceOf, variables } from './document-files.ts';

const routerSecret = 'only-the-router-knows-this';
const ofRouter = { 'x-router-secret': routerSecret, 'x-dingtalk-union-id': 'unionIdOfChy' };
const service = '{ _service { sdl } }';
const entities = `query ($representations: [_Any!]!) {
  _entities(representations: $representations) { ... on Conversation { space { spaceId } } }
}`;
const representations = [{ __typename: 'Conversation', openConversationId: variables.id }];

let folder: Awaited<ReturnType<typeof documentFolder>>;
let fixed: GatewayUnderTest;
let behindRouter: GatewayUnderTest;
beforeAll(async () => {
  folder = await documentFolder({ 'documents.json': { [`sha256:${sha256(spaceOf)}`]: spaceOf } });
  const only = { PERSISTED_DOCUMENTS_ONLY: '1' };
  const PERSISTED_DOCUMENTS = folder.pathOf('documents.json');
  fixed = await startGateway({ environment: { ...only, PERSISTED_DOCUMENTS } });
  behindRouter = await startGateway({
    environment: {
      ...only,
      PERSISTED_DOCUMENTS,
      VIEWER_AUTH: 'router',
      ROUTER_SECRET: routerSecret,
      DINGTALK_OPERATOR_UNION_ID: '',
    },
  });
});
afterAll(async () => {
  await fixed?.close();
  await behindRouter?.close();
  await folder?.[Symbol.asyncDispose]();
});

const post = async (body: object): Promise<unknown> => {
  const response = await fetch(`${fixed.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...body, variables }),
  });
  return response.json();
};

const required = {
  message:
    "The gateway executes persisted documents only: send the documentId of one, or have this one added to the gateway's files.",
  extensions: { code: 'PERSISTED_DOCUMENT_REQUIRED', retryable: false },
};

test('a persisted document is executed, by its id, by Apollo’s hash and as the same text', async () => {
  const persistedQuery = { version: 1, sha256Hash: sha256(spaceOf) };

  const answers = [
    await post({ documentId: `sha256:${sha256(spaceOf)}` }),
    await post({ extensions: { persistedQuery } }),
    await post({ query: spaceOf, extensions: { persistedQuery } }),
    await post({ query: spaceOf }),
  ];

  expect(answers).toEqual([spaceAnswer, spaceAnswer, spaceAnswer, spaceAnswer]);
});

test.each([
  ['another operation', '{ conversationSpace(openConversationId: "x") { corpId } }'],
  ['the same with another blank', `${spaceOf} `],
  ['__typename', '{ __typename }'],
  ['introspection', '{ __schema { types { name } } }'],
  ['introspection beside _service', '{ _service { sdl } __schema { types { name } } }'],
  ['a field beside _service', '{ _service { sdl } space(spaceId: "x") { spaceId } }'],
  ['a fragment at the root', '{ ...F } fragment F on Query { _service { sdl } }'],
  ['an inline fragment at the root', '{ ... { _service { sdl } } }'],
  ['a second operation', 'query A { _service { sdl } } query B { __typename }'],
  ['another field by an alias', '{ _service: __typename }'],
  ['_entities without a router', '{ _entities(representations: []) { __typename } }'],
  ['a mutation', 'mutation { _service { sdl } }'],
  ['what does not exist: nothing is said of the schema', '{ conversatoinSpace }'],
  ['what is no GraphQL', '{'],
])('nothing else is executed: %s', async (_what, query) => {
  const { status, body } = await fixed.query(query);

  expect([status, body]).toEqual([422, { errors: [required] }]);
  expect(fixed.upstream.callsTo('conversationSpace').length).toBe(4);
});

test('_service is executed: a registry asks for it', async () => {
  const { body } = await fixed.query(service);

  expect(body).toEqual({ data: { _service: { sdl: expect.stringContaining('type Query') } } });
});

test('a router asks for _entities and _service, and for nothing else', async () => {
  const joined = await behindRouter.query(entities, { representations }, ofRouter);
  const again = await behindRouter.query(entities, { representations }, ofRouter);
  const sdl = await behindRouter.query(service, {}, ofRouter);
  const beside = await behindRouter.query(
    `query ($representations: [_Any!]!) { _entities(representations: $representations) { __typename } __typename }`,
    { representations },
    ofRouter,
  );

  const space = { data: { _entities: [{ space: { spaceId: '798xxxxx' } }] } };
  expect([joined.body, again.body]).toEqual([space, space]);
  expect(sdl.status).toBe(200);
  expect([beside.status, beside.body]).toEqual([422, { errors: [required] }]);
});

test('where only a router asks, no file is needed', async () => {
  await using gateway = await startGateway({
    environment: {
      PERSISTED_DOCUMENTS_ONLY: '1',
      VIEWER_AUTH: 'router',
      ROUTER_SECRET: routerSecret,
      DINGTALK_OPERATOR_UNION_ID: '',
    },
  });

  const answers = [
    await gateway.query(entities, { representations }, ofRouter),
    await gateway.query('{ __typename }', {}, ofRouter),
  ];

  expect(answers.map(({ status }) => status)).toEqual([200, 422]);
});

test('refused texts are counted', async () => {
  const counts = samplesOf(await scrape(fixed.url), 'dingtalk_gateway_documents_total');

  expect(counts['{outcome="refused"}']).toBe(14);
  expect(counts['{outcome="not_found"}']).toBe(0);
});

test('x-explain says of persisted documents what it says of others', async () => {
  const { body } = await fixed.query(spaceOf, variables, { 'x-explain': '1' });

  expect(body).toMatchObject({ ...spaceAnswer, extensions: { lookups: [{ path: ['conversationSpace'] }] } });
});
