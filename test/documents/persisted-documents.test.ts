import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { samplesOf, scrape } from '../metrics/scrape.ts';
import { requestLines } from '../support/log-lines.ts';
import { startGateway, type GatewayUnderTest } from '../support/start-gateway.ts';
import { documentFolder, sha256, spaceAnswer, spaceOf, variables } from './document-files.ts';

const typename = '{ __typename }';
const entities = 'query ($of: [_Any!]!) { _entities(representations: $of) { __typename } }';

let folder: Awaited<ReturnType<typeof documentFolder>>;
let gateway: GatewayUnderTest;
beforeAll(async () => {
  folder = await documentFolder({
    // Relay's compiler has MD5, the client preset SHA-1 or a prefixed SHA-256, Apollo a bare SHA-256.
    'relay.json': { '0b1f2c3d4e5f60718293a4b5c6d7e8f9': spaceOf },
    'preset.json': { [`sha256:${sha256(typename)}`]: typename },
    'manifest.json': {
      format: 'apollo-persisted-query-manifest',
      version: 1,
      operations: [{ id: sha256(entities), body: entities, name: 'Entities', type: 'query' }],
    },
  });
  gateway = await startGateway({
    environment: {
      PERSISTED_DOCUMENTS: ['relay.json', 'preset.json', 'manifest.json'].map(folder.pathOf).join(', '),
    },
  });
});
beforeEach(() => gateway.upstream.clearCalls());
afterAll(async () => {
  await gateway?.close();
  await folder?.[Symbol.asyncDispose]();
});

const post = (body: unknown, headers: Readonly<Record<string, string>> = {}, to = gateway) =>
  fetch(`${to.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
const answerOf = async (response: Response): Promise<unknown[]> => [response.status, await response.json()];
const apollo = (sha256Hash: string) => ({ persistedQuery: { version: 1, sha256Hash } });
const idsAskedFor = () => gateway.upstream.callsTo('conversationSpace').map(({ body }) => body);

test.each([
  ["a frontend's own id", { documentId: '0b1f2c3d4e5f60718293a4b5c6d7e8f9' }],
  ['the SHA-256 of the text', { documentId: `sha256:${sha256(spaceOf)}` }],
  ['the bare SHA-256', { documentId: sha256(spaceOf) }],
  ["Apollo's hash", { extensions: apollo(sha256(spaceOf)) }],
  ["Apollo's hash, which is an id of any kind", { extensions: apollo('0b1f2c3d4e5f60718293a4b5c6d7e8f9') }],
  ["Apollo's hash beside the text", { query: spaceOf, extensions: apollo(sha256(spaceOf)) }],
  ['an empty query', { query: '', documentId: sha256(spaceOf) }],
  ['its text', { query: spaceOf }],
])('a document is asked for by %s', async (_way, named) => {
  const response = await post({ ...named, variables, operationName: 'SpaceOf' });

  expect(await answerOf(response)).toEqual([200, spaceAnswer]);
  expect(idsAskedFor()).toEqual([{ openConversationId: variables.id }]);
});

test.each([
  ['an id', { documentId: sha256(spaceOf) }],
  ["Apollo's hash", { extensions: JSON.stringify(apollo(sha256(spaceOf))) }],
])('a GET asks by %s', async (_way, named: Readonly<Record<string, string>>) => {
  const search = new URLSearchParams({ ...named, variables: JSON.stringify(variables) });
  const response = await fetch(`${gateway.url}/graphql?${search.toString()}`, {
    headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json' },
  });

  expect(await answerOf(response)).toEqual([200, spaceAnswer]);
  expect(idsAskedFor()).toEqual([{ openConversationId: variables.id }]);
});

test.each([
  ["the client preset's", { documentId: `sha256:${sha256(typename)}` }],
  ['the same, bare', { documentId: sha256(typename) }],
])('an id with sha256: is the same without it: %s', async (_form, named) => {
  expect(await answerOf(await post(named))).toEqual([200, { data: { __typename: 'Query' } }]);
});

const notFound = {
  message:
    "The gateway has no document with this id: send its text as query, or have it added to the gateway's files.",
  extensions: { code: 'PERSISTED_DOCUMENT_NOT_FOUND', retryable: false },
};

test.each([
  ['another', 'nothing'],
  [
    'a prefix that promises a SHA-256 and is followed by another id',
    'sha256:0b1f2c3d4e5f60718293a4b5c6d7e8f9',
  ],
  ['a name of the prototype', 'toString'],
  ['the prefix alone', 'sha256:'],
])('an unknown id is refused: %s', async (_what, documentId) => {
  const response = await post({ documentId });

  expect(response.headers.get('content-type')).toBe('application/graphql-response+json; charset=utf-8');
  expect(await answerOf(response)).toEqual([422, { errors: [notFound] }]);
});

test.each([
  ['application/json', 200],
  ['application/graphql-response+json', 422],
])(
  "an unknown hash of Apollo's gets the word that makes its clients send the text: %s",
  async (accept, status) => {
    const response = await post({ extensions: apollo(sha256('{ nothing }')) }, { accept });

    expect(await answerOf(response)).toEqual([
      status,
      {
        errors: [
          {
            message: 'PersistedQueryNotFound',
            extensions: { code: 'PERSISTED_DOCUMENT_NOT_FOUND', retryable: false },
          },
        ],
      },
    ]);
  },
);

test('nothing is stored from the wire: a hash that came with its text is unknown', async () => {
  const query = '{ own: __typename }';
  const extensions = apollo(sha256(query));
  const first = await answerOf(await post({ query, extensions }));

  const byHash = await answerOf(await post({ extensions }));
  const byId = await answerOf(await post({ documentId: `sha256:${sha256(query)}` }));

  expect(first).toEqual([200, { data: { own: 'Query' } }]);
  expect([byHash, byId]).toMatchObject([
    [200, { errors: [{ message: 'PersistedQueryNotFound' }] }],
    [422, { errors: [notFound] }],
  ]);
});

test.each([
  ['a text beside an id', { query: spaceOf, documentId: sha256(spaceOf) }, 'names its document twice'],
  ['two ids', { documentId: 'x', extensions: apollo('x') }, 'names its document twice'],
  [
    'a hash of another text',
    { query: typename, extensions: apollo(sha256(spaceOf)) },
    'not that of the query',
  ],
  ['an id that is a number', { documentId: 1 }, 'The documentId must be a string, or absent.'],
  ['an empty id', { documentId: '' }, 'The query is missing'],
  ['another version', { extensions: { persistedQuery: { version: 2, sha256Hash: 'x' } } }, 'version 1'],
  ['no hash', { extensions: { persistedQuery: { version: 1 } } }, 'version 1 and a sha256Hash'],
])('%s is refused for its form', async (_what, body, words) => {
  const [status, answer] = await answerOf(await post(body));

  expect([status, answer]).toMatchObject([422, { errors: [{ extensions: { code: 'BAD_REQUEST' } }] }]);
  expect(JSON.stringify(answer)).toContain(words);
});

test('an id twice in a URL is refused', async () => {
  const response = await fetch(`${gateway.url}/graphql?documentId=a&documentId=b`, {
    headers: { 'content-type': 'application/json' },
  });

  expect(await answerOf(response)).toMatchObject([
    422,
    { errors: [{ message: 'The parameter documentId occurs twice: send it once.' }] },
  ]);
});

test('limits hold for persisted documents as for others', async () => {
  const of = Array.from({ length: 25_001 }, () => 0);

  const response = await post({ documentId: sha256(entities), variables: { of } });

  expect(await answerOf(response)).toMatchObject([
    422,
    { errors: [{ extensions: { code: 'QUERY_TOO_COMPLEX' } }] },
  ]);
});

test('variables and operation names are checked as always', async () => {
  const answers = [
    await answerOf(await post({ documentId: sha256(spaceOf) })),
    await answerOf(await post({ documentId: sha256(spaceOf), operationName: 'Other' })),
  ];

  expect(answers).toMatchObject([
    [422, { errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] }],
    [422, { errors: [{ extensions: { code: 'OPERATION_RESOLUTION_FAILURE' } }] }],
  ]);
  expect(idsAskedFor()).toEqual([]);
});

test('strangers learn nothing of ids', async () => {
  const environment = {
    PERSISTED_DOCUMENTS: folder.pathOf('preset.json'),
    GATEWAY_API_KEYS: 'a-key-of-some-length',
  };
  await using guarded = await startGateway({ environment });

  const answers = [
    await post({ documentId: sha256(typename) }, {}, guarded),
    await post({ documentId: 'nothing' }, {}, guarded),
    await post({ extensions: apollo('nothing') }, {}, guarded),
  ];

  expect(answers.map(({ status }) => status)).toEqual([401, 401, 401]);
  const texts = await Promise.all(answers.map((each) => each.text()));
  expect(new Set(texts).size).toBe(1);
  expect(texts[0]).toContain('UNAUTHENTICATED');
});

test('the log names the document of the files, and no id that a client made up', async () => {
  const from = gateway.log.length;
  await post({ documentId: sha256(spaceOf), variables });
  await post({ query: spaceOf, variables });
  await post({ query: '{ __typename }' });
  await post({ query: '{ other: __typename }' });
  await post({ documentId: 'made-up' });
  await post({ extensions: apollo('made-up') });

  const lines = requestLines(gateway.log, from);
  const document = sha256(spaceOf).slice(0, 16);
  const documentId = '0b1f2c3d4e5f60718293a4b5c6d7e8f9';
  expect(lines).toMatchObject([
    { msg: 'answered', status: 200, operation: 'SpaceOf', document, documentId },
    { msg: 'answered', status: 200, operation: 'SpaceOf', document, documentId },
    { msg: 'answered', status: 200, documentId: `sha256:${sha256(typename)}` },
    { msg: 'answered', status: 200, document: sha256('{ other: __typename }').slice(0, 16) },
    { msg: 'refused', status: 422, codes: { PERSISTED_DOCUMENT_NOT_FOUND: 1 }, document: null },
    { msg: 'refused', status: 200, codes: { PERSISTED_DOCUMENT_NOT_FOUND: 1 }, document: null },
  ]);
  expect(lines.slice(3).map((line) => 'documentId' in line)).toEqual([false, false, false]);
  expect(gateway.log.slice(from).join('\n')).not.toContain('made-up');
});

test('metrics count how documents were found', async () => {
  await using counted = await startGateway({
    environment: { PERSISTED_DOCUMENTS: folder.pathOf('preset.json') },
  });
  const counts = async () => samplesOf(await scrape(counted.url), 'dingtalk_gateway_documents_total');
  const before = await counts();
  await post({ documentId: sha256(typename) }, {}, counted);
  await post({ query: typename }, {}, counted);
  await post({ query: '{ a: __typename }' }, {}, counted);
  await post({ documentId: 'nothing' }, {}, counted);
  await post({ documentId: 'nothing at all' }, {}, counted);
  await post({ extensions: apollo('nothing') }, {}, counted);

  expect(before).toEqual(labelled({ persisted: 0, text: 0, not_found: 0, refused: 0 }));
  expect(await counts()).toEqual(labelled({ persisted: 2, text: 1, not_found: 3, refused: 0 }));
  const errors = samplesOf(await scrape(counted.url), 'dingtalk_gateway_errors_total');
  expect(errors['{code="PERSISTED_DOCUMENT_NOT_FOUND"}']).toBe(3);
});

const labelled = (counts: Readonly<Record<string, number>>) =>
  Object.fromEntries(Object.entries(counts).map(([outcome, count]) => [`{outcome="${outcome}"}`, count]));

test('without files ids are unknown, and Apollo Client does not ask by hashes again', async () => {
  await using bare = await startGateway();

  const answers = [
    await answerOf(await post({ documentId: 'x' }, {}, bare)),
    await answerOf(await post({ extensions: apollo('x') }, {}, bare)),
    await answerOf(await post({ query: typename, extensions: apollo(sha256(typename)) }, {}, bare)),
  ];

  expect(answers).toMatchObject([
    [422, { errors: [notFound] }],
    [
      200,
      {
        errors: [
          { message: 'PersistedQueryNotFound', extensions: { code: 'PERSISTED_QUERY_NOT_SUPPORTED' } },
        ],
      },
    ],
    [200, { data: { __typename: 'Query' } }],
  ]);
});
