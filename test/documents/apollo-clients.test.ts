import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { areWanted } from '../support/are-wanted.ts';
import { requestLines } from '../support/log-lines.ts';
import { startGateway, type GatewayUnderTest } from '../support/start-gateway.ts';
import { documentFolder, sha256, variables } from './document-files.ts';

const examples = new URL('../../examples/', import.meta.url);
/** The clients are dependencies of the examples: too large to be installed with the gateway. */
const howToInstall = 'npm ci --prefix examples/file-browser && npm ci --prefix examples/supergraph';
const installed = [
  'file-browser/node_modules/@apollo/client',
  'supergraph/node_modules/@apollo/gateway',
].every((name) => existsSync(new URL(`${name}/package.json`, examples)));
const wanted = areWanted("Apollo's clients", installed, howToInstall);
const ofPage = createRequire(new URL('file-browser/package.json', examples));
const ofRouter = createRequire(new URL('supergraph/package.json', examples));

/** As Apollo Client prints it: with `__typename`. */
const known = `query SpaceOf($id: ID!) {
  conversationSpace(openConversationId: $id) {
    spaceId
    __typename
  }
}`;
const unknown = `query CorpOf($id: ID!) {
  conversationSpace(openConversationId: $id) {
    corpId
    __typename
  }
}`;

/** What each request of `gateway` named, by its line in the log. */
const outcomes = (gateway: GatewayUnderTest, from: number): unknown[] =>
  requestLines(gateway.log, from).map(({ msg, status, codes, documentId }) => [
    msg,
    status,
    Object.keys(codes ?? {}).join(', '),
    documentId,
  ]);

/** Apollo Client with its link for persisted queries. */
function clientOf({ url }: GatewayUnderTest, useGETForHashedQueries = false) {
  const { ApolloClient, InMemoryCache, HttpLink, gql } = ofPage('@apollo/client');
  const { PersistedQueryLink } = ofPage('@apollo/client/link/persisted-queries');
  const headers = { 'apollo-require-preflight': 'true' };
  const client = new ApolloClient({
    cache: new InMemoryCache(),
    link: new PersistedQueryLink({ sha256, useGETForHashedQueries }).concat(
      new HttpLink({ uri: `${url}/graphql`, headers }),
    ),
  });
  return async (query: string): Promise<unknown> => {
    const options = { query: gql(query), variables, fetchPolicy: 'no-cache', errorPolicy: 'all' };
    const { data, error } = await client.query(options);
    return data ?? error?.errors;
  };
}

const chat = { __typename: 'Conversation', openConversationId: variables.id, title: 'A chat' };

/** Asks Apollo Gateway with `apq: true`, over `gateway` and a neighbour that knows one chat. */
async function askApolloGateway(
  gateway: GatewayUnderTest,
  query: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<unknown> {
  const { composeServices } = ofRouter('@apollo/composition');
  const { ApolloGateway, RemoteGraphQLDataSource } = ofRouter('@apollo/gateway');
  const { ApolloServer } = ofRouter('@apollo/server');
  const { parse } = ofRouter('graphql');
  const files = { dingtalk: 'schema.graphql', chats: 'examples/supergraph/neighbours/chat-titles.graphql' };
  const services = await Promise.all(
    Object.entries(files).map(async ([name, file]) => ({
      name,
      url: `${gateway.url}/graphql`,
      typeDefs: parse(await readFile(file, 'utf8')),
    })),
  );
  const { supergraphSdl } = composeServices(services);
  const source = new RemoteGraphQLDataSource({
    url: `${gateway.url}/graphql`,
    apq: true,
    willSendRequest({ request }: { request: { http: { headers: Map<string, string> } } }) {
      for (const [name, value] of Object.entries(headers)) request.http.headers.set(name, value);
    },
  });
  const neighbour = { process: async () => ({ data: { chats: [chat] } }) };
  const server = new ApolloServer({
    gateway: new ApolloGateway({
      supergraphSdl,
      buildService: ({ name }: { name: string }) => (name === 'chats' ? neighbour : source),
    }),
    logger: { debug() {}, info() {}, warn() {}, error() {} },
  });
  await server.start();
  try {
    const { body } = await server.executeOperation({ query, variables });
    return body.singleResult;
  } finally {
    await server.stop();
  }
}

(wanted ? describe : describe.skip)('over real packages', () => {
  let folder: Awaited<ReturnType<typeof documentFolder>>;
  let withFiles: GatewayUnderTest;
  let without: GatewayUnderTest;
  let only: GatewayUnderTest;
  beforeAll(async () => {
    folder = await documentFolder({ 'documents.json': { [sha256(known)]: known } });
    const PERSISTED_DOCUMENTS = folder.pathOf('documents.json');
    withFiles = await startGateway({ environment: { PERSISTED_DOCUMENTS } });
    without = await startGateway();
    only = await startGateway({ environment: { PERSISTED_DOCUMENTS, PERSISTED_DOCUMENTS_ONLY: '1' } });
  });
  afterAll(async () => {
    await Promise.all([withFiles, without, only].map((each) => each?.close()));
    await folder?.[Symbol.asyncDispose]();
  });

  const space = { conversationSpace: { spaceId: '798xxxxx', __typename: 'Space' } };
  const corp = { conversationSpace: { corpId: 'ding1234xxxxx', __typename: 'Space' } };
  const notFound = ['refused', 422, 'PERSISTED_DOCUMENT_NOT_FOUND', undefined];
  const byId = ['answered', 200, '', sha256(known)];
  const byText = ['answered', 200, '', undefined];

  test.each([
    ['POST', false],
    ['GET', true],
  ])('Apollo Client asks by hashes, and by text for what is not persisted: %s', async (_method, isGet) => {
    const start = withFiles.log.length;
    const query = clientOf(withFiles, isGet);

    expect([await query(known), await query(unknown), await query(known)]).toEqual([space, corp, space]);
    expect(outcomes(withFiles, start)).toEqual([byId, notFound, byText, byId]);
  });

  test('Apollo Client asks by a hash once where nothing is persisted', async () => {
    const start = without.log.length;
    const query = clientOf(without);

    expect([await query(known), await query(unknown)]).toEqual([space, corp]);
    expect(outcomes(without, start)).toEqual([
      ['refused', 422, 'PERSISTED_QUERY_NOT_SUPPORTED', undefined],
      byText,
      byText,
    ]);
  });

  test('Apollo Client learns that other documents are not executed', async () => {
    const start = only.log.length;
    const query = clientOf(only);

    expect(await query(known)).toEqual(space);
    expect(await query(unknown)).toMatchObject([{ extensions: { code: 'PERSISTED_DOCUMENT_REQUIRED' } }]);
    expect(outcomes(only, start)).toEqual([
      byId,
      notFound,
      ['refused', 422, 'PERSISTED_DOCUMENT_REQUIRED', undefined],
    ]);
  });

  test('Apollo Gateway with apq gets its data where nothing is persisted', async () => {
    const start = without.log.length;

    expect(await askApolloGateway(without, known)).toMatchObject({ data: space });
    expect(outcomes(without, start)).toEqual([
      ['refused', 200, 'PERSISTED_QUERY_NOT_SUPPORTED', undefined],
      byText,
    ]);
  });

  test('Apollo Gateway with apq gets its data where other documents are persisted', async () => {
    const start = withFiles.log.length;

    expect(await askApolloGateway(withFiles, known)).toMatchObject({ data: space });
    expect(outcomes(withFiles, start)).toEqual([
      ['refused', 200, 'PERSISTED_DOCUMENT_NOT_FOUND', undefined],
      byText,
    ]);
  });

  test('Apollo Gateway with apq joins where nothing but persisted documents and its own are executed', async () => {
    const routerSecret = 'only-the-router-knows-this';
    await using behind = await startGateway({
      environment: {
        PERSISTED_DOCUMENTS_ONLY: '1',
        VIEWER_AUTH: 'router',
        ROUTER_SECRET: routerSecret,
        DINGTALK_OPERATOR_UNION_ID: '',
      },
    });
    const headers = { 'x-router-secret': routerSecret, 'x-dingtalk-union-id': 'unionIdOfChy' };

    const joined = await askApolloGateway(behind, '{ chats { title space { spaceId } } }', headers);
    const own = await askApolloGateway(behind, known, headers);

    expect(joined).toEqual({ data: { chats: [{ title: 'A chat', space: { spaceId: '798xxxxx' } }] } });
    expect(own).toMatchObject({ data: { conversationSpace: null } });
    const miss = ['refused', 200, 'PERSISTED_DOCUMENT_NOT_FOUND', undefined];
    expect(outcomes(behind, 0)).toEqual([
      miss,
      byText,
      miss,
      ['refused', 422, 'PERSISTED_DOCUMENT_REQUIRED', undefined],
    ]);
  });
});
