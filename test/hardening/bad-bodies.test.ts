import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { rawRequest, sendRaw } from '../support/raw-http.ts';
import { startGateway, type GatewayUnderTest } from '../support/start-gateway.ts';
import {
  badDocuments,
  badIds,
  badRepresentations,
  badVariables,
  deepJson,
  forbiddenNames,
  invalidUtf8,
  malformedJson,
  wrongTypes,
} from './bad-bodies.ts';

let gateway: GatewayUnderTest;
beforeAll(async () => {
  gateway = await startGateway({ environment: { MAX_LOOKUPS_PER_REQUEST: '50' } });
});
afterAll(() => gateway.close());

const lookup = 'query ($id: ID!) { conversationSpace(openConversationId: $id) { spaceId } }';
const entities =
  'query ($list: [_Any!]!) { _entities(representations: $list) { ... on Conversation { space { spaceId } } } }';

const headers = [
  ['content-type', 'application/json'],
  ['accept', 'application/graphql-response+json'],
] as const;

/** The gateway's answer. Checks that it is JSON, that no call was made, and that the next request works. */
async function answerTo(
  body: string | Buffer,
): Promise<{ status: number; codes: unknown[]; data?: unknown }> {
  const answer = (await sendRaw(gateway.url, rawRequest('POST /graphql HTTP/1.1', headers, body)))!;
  expect(answer.headers.get('content-type')).toMatch(/^application\/(?:graphql-response\+)?json\b/);
  const { data, errors } = JSON.parse(answer.body);
  expect(errors.every((error: { message: unknown }) => typeof error.message === 'string')).toBe(true);

  const calls = gateway.upstream.callsTo('conversationSpace').length;
  const next = await gateway.query('{ conversationSpace(openConversationId: "cid.demo.next") { corpId } }');
  expect(next.body).toEqual({ data: { conversationSpace: { corpId: 'ding1234xxxxx' } } });
  expect(gateway.upstream.callsTo('conversationSpace')).toHaveLength(calls + 1);
  gateway.upstream.clearCalls();
  expect(calls).toBe(0);
  return { status: answer.status, codes: errors.map((error: any) => error.extensions.code), data };
}

const titled = (cases: readonly (string | Buffer)[]) =>
  cases.map(
    (body, index) => [`${index}: ${JSON.stringify(body.toString('latin1').slice(0, 60))}`, body] as const,
  );

test.each(titled(malformedJson as string[]))('malformed JSON %s', async (_title, body) => {
  expect(await answerTo(body)).toEqual({ status: 400, codes: ['BAD_REQUEST'] });
});

test.each(titled(wrongTypes as string[]))('JSON of the wrong type %s', async (_title, body) => {
  const { status, codes, data } = await answerTo(body);
  expect({ status, data }).toEqual({ status: codes[0] === 'GRAPHQL_PARSE_FAILED' ? 400 : 422 });
  expect(['BAD_REQUEST', 'GRAPHQL_PARSE_FAILED', 'OPERATION_RESOLUTION_FAILURE']).toContain(codes[0]);
});

test.each(titled(forbiddenNames as string[]))('JSON with a forbidden name %s', async (_title, body) => {
  expect(await answerTo(body)).toEqual({ status: 400, codes: ['BAD_REQUEST'] });
});

test.each(titled(deepJson as string[]))('JSON as deep as a body allows %s', async (_title, body) => {
  const { status, body: text } = (await sendRaw(
    gateway.url,
    rawRequest('POST /graphql HTTP/1.1', headers, body),
  ))!;

  expect([200, 294, 400, 422]).toContain(status);
  expect(text).not.toContain('INTERNAL_SERVER_ERROR');
  expect(gateway.upstream.callsTo('conversationSpace')).toHaveLength(0);
});

test.each(titled(invalidUtf8 as Buffer[]))('invalid UTF-8 %s', async (_title, body) => {
  expect(await answerTo(body)).toEqual({ status: 400, codes: ['BAD_REQUEST'] });
});

test.each(titled(badDocuments as string[]))('a document such as %s', async (_title, query) => {
  const { status, codes, data } = await answerTo(JSON.stringify({ query }));
  expect({ status, data }).toEqual({ status: codes[0] === 'GRAPHQL_PARSE_FAILED' ? 400 : 422 });
  expect(['GRAPHQL_PARSE_FAILED', 'GRAPHQL_VALIDATION_FAILED', 'OPERATION_RESOLUTION_FAILURE']).toContain(
    codes[0],
  );
});

test.each(badVariables.map((variables) => [JSON.stringify(variables), variables]))(
  'variables such as %s',
  async (_title, variables) => {
    const answer = await answerTo(JSON.stringify({ query: lookup, variables }));
    expect(answer).toEqual({ status: 422, codes: ['BAD_USER_INPUT'] });
  },
);

test.each(badIds.map((id) => [JSON.stringify(id.slice(0, 20)), id.length, id] as const))(
  'an id such as %s, %i characters long, fails its own field',
  async (_title, _length, id) => {
    const byVariable = await answerTo(JSON.stringify({ query: lookup, variables: { id } }));
    const byName = await answerTo(
      JSON.stringify({ query: lookup.replace('($id: ID!)', '').replace('$id', JSON.stringify(id)) }),
    );
    const refused = { status: 294, codes: ['BAD_USER_INPUT'], data: { conversationSpace: null } };
    expect(byVariable).toEqual(refused);
    // A GraphQL literal cannot contain half of a surrogate pair.
    expect([refused, { status: 400, codes: ['GRAPHQL_PARSE_FAILED'] }]).toContainEqual(byName);
  },
);

test.each(badRepresentations.map((each) => [JSON.stringify(each).slice(0, 80), each]))(
  'a representation such as %s fails at its own path',
  async (_title, representation) => {
    const answer = await answerTo(JSON.stringify({ query: entities, variables: { list: [representation] } }));
    expect(answer).toMatchObject({ status: 294, codes: ['BAD_USER_INPUT'] });
  },
);

test('null instead of a default fails that field, and hides no other field from the limit', async () => {
  const query = `query ($id: ID = "x") {
    conversationSpace(openConversationId: $id) { spaceId }
    ${Array.from({ length: 49 }, (_, index) => `a${index}: conversationSpace(openConversationId: "cid.demo.${index}") { spaceId }`).join(' ')}
    _entities(representations: [{ __typename: "Conversation", openConversationId: "a" }, { __typename: "Conversation", openConversationId: "b" }]) { ... on Conversation { space { spaceId } } }
  }`;
  const alone = 'query ($id: ID = "x") { conversationSpace(openConversationId: $id) { spaceId } }';

  expect(await answerTo(JSON.stringify({ query: alone, variables: { id: null } }))).toMatchObject({
    status: 294,
    codes: ['BAD_USER_INPUT'],
  });
  expect(await answerTo(JSON.stringify({ query, variables: { id: null } }))).toEqual({
    status: 422,
    codes: ['LOOKUP_LIMIT_EXCEEDED'],
  });
});

test('null for the condition of a directive is reported as such', async () => {
  const query = 'query ($if: Boolean = true) { __typename @include(if: $if) }';

  const answer = await answerTo(JSON.stringify({ query, variables: { if: null } }));

  expect(answer).toEqual({ status: 294, codes: ['BAD_USER_INPUT'], data: null });
});
