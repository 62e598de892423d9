import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { Trace, type ITrace } from '@apollo/usage-reporting-protobuf';
import { manyViewers } from '../support/cached-gateway.ts';
import { eventually } from '../support/eventually.ts';
import { requestLines } from '../support/log-lines.ts';
import { startGateway, type Answer, type GatewayUnderTest } from '../support/start-gateway.ts';
import { conversation, dentry, demoIds, spacesOfConversations } from './representations.ts';

const router = { 'x-router-secret': 'secret', 'x-dingtalk-union-id': 'lin-in-confidence' };
const asking = { ...router, 'apollo-federation-include-trace': 'ftv1' };
const tracing = { ...manyViewers, APOLLO_INLINE_TRACE: '1' };

let gateway: GatewayUnderTest;
beforeAll(async () => {
  gateway = await startGateway({ environment: { ...tracing, MAX_LOOKUPS_PER_REQUEST: '50' } });
});
beforeEach(() => gateway.upstream.clearCalls());
afterAll(() => gateway.close());

const extensionsOf = ({ body }: Answer): Record<string, unknown> | undefined =>
  (body as { extensions?: Record<string, unknown> }).extensions;

function traceOf(answer: Answer): Trace {
  const { ftv1 } = extensionsOf(answer) ?? {};
  return Trace.decode(Buffer.from(String(ftv1), 'base64'));
}

interface Field {
  readonly path: string;
  readonly node: Trace.INode;
}

/** All fields below `node`, depth first. */
function fieldsOf(node: Trace.INode, above = ''): Field[] {
  return (node.child ?? []).flatMap((child) => {
    const path = `${above}/${child.responseName || child.index}`;
    return [[{ path, node: child }], fieldsOf(child, path)].flat();
  });
}

const errorsOf = ({ root }: ITrace): unknown[] =>
  [{ path: '', node: root! }, ...fieldsOf(root!)].flatMap(({ path, node }) =>
    (node.error ?? []).map(({ message, json }) => ({ path, message, json: JSON.parse(json!) })),
  );

test('a router that asks for it gets the times of all fields, of references too', async () => {
  const answer = await gateway.query(
    spacesOfConversations,
    { representations: [conversation('cid9FTRQSLo+sKxxxx'), conversation('cid.demo.a')] },
    asking,
  );

  expect(answer.body).toEqual({
    data: {
      _entities: [
        { space: { spaceId: '798xxxxx', corpId: 'ding1234xxxxx' } },
        { space: { spaceId: expect.any(String), corpId: 'ding1234xxxxx' } },
      ],
    },
    extensions: { ftv1: expect.any(String) },
  });
  const trace = traceOf(answer);
  const fields = fieldsOf(trace.root!).filter(({ node }) => node.type);
  expect(fields.map(({ path, node }) => [path, node.parentType, node.type])).toEqual([
    ['/_entities', 'Query', '[_Entity]!'],
    ['/_entities/0/space', 'Conversation', 'Space'],
    ['/_entities/0/space/spaceId', 'Space', 'ID!'],
    ['/_entities/0/space/corpId', 'Space', 'ID!'],
    ['/_entities/1/space', 'Conversation', 'Space'],
    ['/_entities/1/space/spaceId', 'Space', 'ID!'],
    ['/_entities/1/space/corpId', 'Space', 'ID!'],
  ]);
  const [, space] = fields;
  expect(Number(space?.node.endTime)).toBeGreaterThan(Number(space?.node.startTime));
  expect(trace.durationNs).toBeGreaterThanOrEqual(Number(space?.node.endTime));
  expect(gateway.upstream.callsTo('conversationSpace')).toHaveLength(2);
  for (const { headers } of gateway.upstream.calls) {
    expect(headers).not.toHaveProperty('apollo-federation-include-trace');
  }
});

const inTrace = (path: readonly (string | number)[], code: string): object => ({
  path: `/${path.join('/')}`,
  message: code,
  json: { message: code, path, locations: expect.any(Array), extensions: { code } },
});

test('an error in it is the place and the code', async () => {
  const answer = await gateway.query(
    'query ($representations: [_Any!]!) { _entities(representations: $representations) { ... on Conversation { room: space { corpId } } } }',
    {
      representations: [
        conversation('cid.permissionDenied'),
        dentry('space.in.confidence', ['dentry.in.confidence']),
        conversation('cid.unknown.in.confidence'),
      ],
    },
    asking,
  );

  const codes = answer.body.errors?.map(({ extensions }) => extensions.code);
  expect(codes?.toSorted()).toEqual(['BAD_USER_INPUT', 'CONVERSATION_NOT_FOUND', 'FORBIDDEN']);
  expect(errorsOf(traceOf(answer))).toEqual(
    expect.arrayContaining([
      inTrace(['_entities', 0, 'room'], 'FORBIDDEN'),
      inTrace(['_entities', 1], 'BAD_USER_INPUT'),
      inTrace(['_entities', 2, 'room'], 'CONVERSATION_NOT_FOUND'),
    ]),
  );
  const { ftv1 } = extensionsOf(answer)!;
  const bytes = Buffer.from(String(ftv1), 'base64').toString('latin1');
  for (const { message } of answer.body.errors!) expect(bytes).not.toContain(message);
  expect(bytes).not.toMatch(/confidence|dingtalk|requestId/i);
});

test.each([
  ['does not parse', '{ confidential(', 'GRAPHQL_PARSE_FAILED'],
  ['is not valid', '{ confidential }', 'GRAPHQL_VALIDATION_FAILED'],
  ['needs too many lookups', lookups(51), 'LOOKUP_LIMIT_EXCEEDED'],
])('a document that %s has its code in the trace alone', async (_which, query, code) => {
  const answer = await gateway.query(query, {}, asking);

  expect(answer.body.errors).toEqual([
    expect.objectContaining({ extensions: expect.objectContaining({ code }) }),
  ]);
  expect(errorsOf(traceOf(answer))).toEqual([expect.objectContaining({ path: '', message: code })]);
  expect(gateway.upstream.calls).toEqual([]);
});

function lookups(count: number): string {
  const fields = demoIds(count).map(
    (id, at) => `a${at}: conversationSpace(openConversationId: "${id}") { spaceId }`,
  );
  return `{ ${fields.join(' ')} }`;
}

const query = '{ conversationSpace(openConversationId: "cid.demo.a") { corpId } }';
const plain = { data: { conversationSpace: { corpId: 'ding1234xxxxx' } } };

test.each<[string, Record<string, string>]>([
  ['without the header', router],
  ['with another form of trace', { ...router, 'apollo-federation-include-trace': 'ftv2' }],
])('an answer %s has none', async (_which, headers) => {
  expect((await gateway.query(query, {}, headers)).body).toEqual(plain);
});

test('without the secret of the router there is none', async () => {
  const { 'x-router-secret': _secret, ...others } = asking;
  const answer = await gateway.query(query, {}, others);

  expect([answer.status, extensionsOf(answer)]).toEqual([401, undefined]);
});

test('while APOLLO_INLINE_TRACE is off there is none', async () => {
  await using untraced = await startGateway({ environment: { ...manyViewers } });

  expect((await untraced.query(query, {}, asking)).body).toEqual(plain);
});

test('x-explain and the trace stand side by side, and the log has the answer as without a trace', async () => {
  const from = gateway.log.length;
  const answer = await gateway.query(query, {}, { ...asking, 'x-explain': '1' });

  expect(answer.body).toEqual({
    ...plain,
    extensions: { ftv1: expect.any(String), lookups: [expect.any(Object)] },
  });
  await eventually(() => requestLines(gateway.log, from).length === 1);
  expect(requestLines(gateway.log, from)).toEqual([
    expect.objectContaining({ msg: 'answered', calls: 1, lookups: 1 }),
  ]);
  expect(gateway.log.slice(from).join('')).not.toContain('ftv1');
});

const names = Array.from({ length: 40 }, (_, at) => `n${at}: openConversationId`).join(' ');

test('an answer that only its trace makes too long goes without it', async () => {
  const maxBytes = 1024;
  await using narrow = await startGateway({
    environment: { ...tracing, MAX_ANSWER_BYTES: String(maxBytes) },
  });
  const asked = `{ ftv1: conversation(openConversationId: "a") { ${names} } }`;
  const wide = `{ conversations(openConversationIds: ["a", "b", "c"]) { ${names} } }`;

  expect((await narrow.query('{ __typename }', {}, asking)).body).toEqual({
    data: { __typename: 'Query' },
    extensions: { ftv1: expect.any(String) },
  });
  const untraced = await narrow.query(asked, {}, asking);
  const explained = await narrow.query(asked, {}, { ...asking, 'x-explain': '1' });
  const tooLong = await narrow.query(wide, {}, asking);

  const data = { ftv1: Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`n${at}`, 'a'])) };
  expect(untraced.body).toEqual({ data });
  expect(explained.body).toEqual({ data, extensions: { lookups: [] } });
  expect(tooLong.body.errors?.map(({ extensions }) => extensions.code)).toEqual(['QUERY_TOO_COMPLEX']);
});
