import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
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
const wanted = installed || process.env['CI'] === 'true';
if (!wanted) process.stdout.write(`SKIPPED: Apollo's clients. To run them as well: ${howToInstall}\n`);
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
    ...Object.keys(codes ?? {}),
    ...(documentId === undefined ? [] : [documentId]),
  ]);

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

  /** Apollo Client with its link for persisted queries. */
  function clientOf({ url }: GatewayUnderTest, useGETForHashedQueries = false) {
    const { ApolloClient, InMemoryCache, HttpLink, gql } = ofPage('@apollo/client') as any;
    const { PersistedQueryLink } = ofPage('@apollo/client/link/persisted-queries') as any;
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
  const space = { conversationSpace: { spaceId: '798xxxxx', __typename: 'Space' } };
  const corp = { conversationSpace: { corpId: 'ding1234xxxxx', __typename: 'Space' } };
  const notFound = ['refused', 422, 'PERSISTED_DOCUMENT_NOT_FOUND'];
  const byId = ['answered', 200, sha256(known)];
  const byText = ['answered', 200];

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
      ['refused', 422, 'PERSISTED_QUERY_NOT_SUPPORTED'],
      byText,
      byText,
    ]);
  });

  test('Apollo Client learns that other documents are not executed', async () => {
    const start = only.log.length;
    const query = clientOf(only);

    expect(await query(known)).toEqual(space);
    expect(await query(unknown)).toMatchObject([{ extensions: { code: 'PERSISTED_DOCUMENT_REQUIRED' } }]);
    expect(outcomes(only, start)).toEqual([byId, notFound, ['refused', 422, 'PERSISTED_DOCUMENT_REQUIRED']]);
  });

  /** Answers `query` by Apollo Gateway with `apq: true`, whose one subgraph is `gateway`. */
  async function throughApolloGateway(
    gateway: GatewayUnderTest,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<unknown> {
    const { composeServices } = ofRouter('@apollo/composition') as any;
    const { ApolloGateway, RemoteGraphQLDataSource } = ofRouter('@apollo/gateway') as any;
    const { ApolloServer } = ofRouter('@apollo/server') as any;
    const { parse } = ofRouter('graphql') as any;
    const typeDefs = parse(await readFile('schema.graphql', 'utf8'));
    const url = `${gateway.url}/graphql`;
    const { supergraphSdl } = composeServices([{ name: 'dingtalk', url, typeDefs }]);
    const willSendRequest = ({ request }: any): void => {
      for (const [name, value] of Object.entries(headers)) request.http?.headers.set(name, value);
    };
    const server = new ApolloServer({
      gateway: new ApolloGateway({
        supergraphSdl,
        buildService: (service: { url: string }) =>
          new RemoteGraphQLDataSource({ url: service.url, apq: true, willSendRequest }),
      }),
      logger: { debug() {}, info() {}, warn() {}, error() {} },
    });
    await server.start();
    try {
      const { body } = await server.executeOperation({ query: known, variables });
      return body.singleResult;
    } finally {
      await server.stop();
    }
  }

  test('Apollo Gateway with apq gets its data where nothing is persisted', async () => {
    const start = without.log.length;

    expect(await throughApolloGateway(without)).toMatchObject({ data: space });
    expect(outcomes(without, start)).toEqual([['refused', 200, 'PERSISTED_QUERY_NOT_SUPPORTED'], byText]);
  });

  test('Apollo Gateway with apq gets its data where other documents are persisted', async () => {
    const start = withFiles.log.length;

    expect(await throughApolloGateway(withFiles)).toMatchObject({ data: space });
    expect(outcomes(withFiles, start)).toEqual([['refused', 200, 'PERSISTED_DOCUMENT_NOT_FOUND'], byText]);
  });
});
