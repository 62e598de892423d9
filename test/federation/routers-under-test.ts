import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { composeServices } from '@apollo/composition';
import { buildSubgraphSchema, type GraphQLResolverMap } from '@apollo/subgraph';
import { graphql, parse } from 'graphql';
import { stopAll } from '../../examples/supergraph/programs.ts';
import { freePort } from '../../scripts/support/free-port.ts';
import { startApolloGateway, startHiveGateway } from '../../examples/supergraph/routers.ts';
import type { Reply } from './supergraph-under-test.ts';

export const routers = ['Hive Gateway', 'Apollo Gateway'] as const;
export type RouterName = (typeof routers)[number];

/** What the subgraph `dingtalk` of this test answers; undefined: it never does. */
export interface FakeAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: object;
}

interface GraphQLBody {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
}

export interface RoutersUnderTest {
  /** Decides over each request to the subgraph `dingtalk` from now on. */
  answerWith(answer: (body: GraphQLBody) => FakeAnswer | undefined): void;
  /** The headers of each request that it has seen. */
  readonly seen: IncomingHttpHeaders[];
  query(at: RouterName, query: string, headers?: Readonly<Record<string, string>>): Promise<Reply>;
  close(): Promise<void>;
}

/** Refers to spaces by id: in a list, as non-null, in a list of lists, and below other objects. */
const pins = parse(`
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  type Query {
    spaces(ids: [ID!]!): [Space]!
    required(ids: [ID!]!): [Space!]!
    nested(ids: [[ID!]!]!): [[Space]!]!
    folders(ids: [ID!]!): [Folder!]!
  }
  type Folder {
    space: Space
    spaces: [Space]!
  }
  type Space @key(fields: "spaceId", resolvable: false) {
    spaceId: ID!
  }
`);

type Ids = readonly string[];
const space = (spaceId: string) => ({ spaceId });
const spaces = (_query: unknown, { ids }: { ids: Ids }) => ids.map(space);
const resolvers: GraphQLResolverMap = {
  Query: {
    spaces,
    required: spaces,
    nested: (_query: unknown, { ids }: { ids: readonly Ids[] }) => ids.map((each) => each.map(space)),
    folders: (_query: unknown, { ids }: { ids: Ids }) =>
      ids.map((id) => ({ space: space(id), spaces: ids.map(space) })),
  },
};
const pinsSchema = buildSubgraphSchema([{ typeDefs: pins, resolvers }]);

/** The routers of examples/supergraph with their configuration there, over our schema and a neighbour's. */
export async function startRouters(subgraphTimeoutMs: number): Promise<RoutersUnderTest> {
  const seen: IncomingHttpHeaders[] = [];
  let answer: ((body: GraphQLBody) => FakeAnswer | undefined) | undefined;

  await using cleanup = new AsyncDisposableStack();
  const dingtalk = await serve((body, request) => {
    seen.push(request.headers);
    return answer?.(body);
  });
  cleanup.defer(dingtalk.close);
  const neighbour = await serve(async ({ query, variables }) => ({
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: await graphql({ schema: pinsSchema, source: query, variableValues: variables }),
  }));
  cleanup.defer(neighbour.close);

  const typeDefs = parse(await readFile(new URL('../../schema.graphql', import.meta.url), 'utf8'));
  const { supergraphSdl, errors } = composeServices([
    { name: 'dingtalk', url: dingtalk.url, typeDefs },
    { name: 'pins', url: neighbour.url, typeDefs: pins },
  ]);
  if (supergraphSdl === undefined) throw new AggregateError(errors ?? [], 'The subgraphs do not compose');
  const directory = await mkdtemp(join(tmpdir(), 'routers-'));
  cleanup.defer(() => rm(directory, { recursive: true }));
  const supergraphFile = join(directory, 'supergraph.graphql');
  await writeFile(supergraphFile, supergraphSdl);

  cleanup.defer(stopAll);
  const environment = { ROUTER_SECRET: 'secret', SUBGRAPH_TIMEOUT_MS: String(subgraphTimeoutMs) };
  const [hive, apollo] = await Promise.all([
    startHiveGateway({ port: String(await freePort()), supergraphFile, environment }),
    startApolloGateway({ port: String(await freePort()), supergraphFile, environment }),
  ]);
  const urls = { 'Hive Gateway': hive, 'Apollo Gateway': apollo };
  const started = cleanup.move();
  return {
    seen,
    answerWith(next) {
      answer = next;
      seen.length = 0;
    },
    async query(at, query, headers = {}) {
      const response = await fetch(urls[at], {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: 'Bearer chy', ...headers },
        body: JSON.stringify({ query }),
      });
      return (await response.json()) as Reply;
    },
    close: () => started.disposeAsync(),
  };
}

type Handler = (
  body: GraphQLBody,
  request: IncomingMessage,
) => FakeAnswer | undefined | Promise<FakeAnswer | undefined>;

async function serve(handle: Handler): Promise<{ url: string; close: () => void }> {
  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const answered = await handle((await json(request)) as GraphQLBody, request);
    if (answered) response.writeHead(answered.status, answered.headers).end(JSON.stringify(answered.body));
  };
  const server = createServer((request, response) => void respond(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/graphql`, close: () => server.close().closeAllConnections() };
}
