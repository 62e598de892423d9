import { expect, test } from '@jest/globals';
import { demoDentryId } from '../../src/sandbox/files/demo-tree.ts';
import { scrape } from '../metrics/scrape.ts';
import { manyViewers, remembering } from '../support/cached-gateway.ts';
import { eventually } from '../support/eventually.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { startOtlpReceiver, type OtlpReceiver, type SpanTree } from '../support/otlp-receiver.ts';
import { startGateway, type GatewayUnderTest } from '../support/start-gateway.ts';

const lookup = 'query Space($id: ID!) { conversationSpace(openConversationId: $id) { spaceId } }';

/** A gateway with a cache and a manual clock, which exports its spans to a receiver. */
async function startTraced(environment: NodeJS.ProcessEnv = {}) {
  const receiver = await startOtlpReceiver();
  const clock = createManualClock();
  const gateway = await startGateway({
    clock,
    environment: {
      ...remembering,
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${receiver.url}/v1/traces`,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      ...environment,
    },
  });
  return { receiver, clock, gateway };
}

/** Ends the gateway, which exports what waits. Returns the traces that are not of a token. */
async function tracesOf(gateway: GatewayUnderTest, receiver: OtlpReceiver): Promise<readonly SpanTree[]> {
  await gateway.close();
  const trees = receiver.trees();
  await receiver[Symbol.asyncDispose]();
  return trees.filter(({ name }) => name !== 'POST accessToken');
}

const port = expect.any(Number);
const tokenCall: SpanTree = {
  name: 'POST accessToken',
  kind: 'CLIENT',
  attributes: {
    'server.address': '127.0.0.1',
    'server.port': port,
    'http.request.method': 'POST',
    'dingtalk.api': 'accessToken',
    'http.response.status_code': 200,
  },
};

/** The span of one request to /graphql, and what was done for it. */
const request = (status: number, ...children: SpanTree[]): SpanTree => ({
  name: 'POST /graphql',
  kind: 'SERVER',
  attributes: {
    'http.request.method': 'POST',
    'http.route': '/graphql',
    'url.path': '/graphql',
    'url.scheme': 'http',
    'http.response.status_code': status,
  },
  ...(children.length > 0 && { children }),
});

const operation = (...children: SpanTree[]): SpanTree => ({
  name: 'query',
  kind: 'INTERNAL',
  attributes: { 'graphql.operation.type': 'query', 'graphql.operation.name': 'Space' },
  ...(children.length > 0 && { children }),
});

const lookupOf = (
  api: string,
  source: string,
  attempts: number,
  more: { readonly ageMs?: number; readonly stale?: boolean; readonly links?: readonly string[] } = {},
  ...children: SpanTree[]
): SpanTree => ({
  name: `lookup ${api}`,
  kind: 'INTERNAL',
  attributes: {
    'dingtalk.api': api,
    'dingtalk.lookup.source': source,
    'dingtalk.lookup.stale': more.stale ?? false,
    'dingtalk.lookup.attempts': attempts,
    'dingtalk.lookup.outcome': 'ok',
    'dingtalk.lookup.age_ms': more.ageMs ?? 0,
  },
  ...(more.links && { links: more.links }),
  ...(children.length > 0 && { children }),
});

const call = (
  template: string,
  api: string,
  attributes: Readonly<Record<string, unknown>>,
  more: Pick<SpanTree, 'failed' | 'links'> = {},
): SpanTree => ({
  name: `POST ${template}`,
  kind: 'CLIENT',
  ...more,
  attributes: {
    'server.address': '127.0.0.1',
    'server.port': port,
    'http.request.method': 'POST',
    'dingtalk.api': api,
    'url.template': template,
    'dingtalk.call.waited_ms': 0,
    'http.response.status_code': 200,
    ...attributes,
  },
});

const spaceCall = (
  attributes: Readonly<Record<string, unknown>> = {},
  more: Pick<SpanTree, 'failed' | 'links'> = {},
): SpanTree => call('/v1.0/convFile/conversations/spaces/query', 'conversationSpace', attributes, more);

test('a query that asks DingTalk is request, operation, lookup and call; the token is a trace of its own', async () => {
  const { receiver, gateway } = await startTraced();

  await gateway.query(lookup, { id: 'cid.demo.a' });

  await gateway.close();
  expect(receiver.trees()).toEqual([
    request(200, operation(lookupOf('conversationSpace', 'upstream', 1, {}, spaceCall()))),
    tokenCall,
  ]);
  expect(receiver.resource()).toMatchObject({
    'service.name': 'dingtalk-graphql-gateway',
    'service.instance.id': expect.stringMatching(/^[0-9a-f-]{36}$/),
  });
  await receiver[Symbol.asyncDispose]();
});

test('an entry of the cache is a lookup without a call, with its age', async () => {
  const { receiver, clock, gateway } = await startTraced();

  await gateway.query(lookup, { id: 'cid.demo.a' });
  clock.advance(2500);
  await gateway.query(lookup, { id: 'cid.demo.a' });

  const [, cached] = await tracesOf(gateway, receiver);
  expect(cached).toEqual(
    request(200, operation(lookupOf('conversationSpace', 'memory', 0, { ageMs: 2500 }))),
  );
});

test('the call that revalidates a stale entry is a child of the lookup that was served it', async () => {
  const { receiver, clock, gateway } = await startTraced();

  await gateway.query(lookup, { id: 'cid.demo.a' });
  clock.advance(70_000);
  await gateway.query(lookup, { id: 'cid.demo.a' });
  // Its answer has been read: a stop would abort it.
  const ended = 'dingtalk_gateway_upstream_calls_total{api="conversationSpace",code="ok"}';
  await eventually(async () => (await scrape(gateway.url)).samples.get(ended) === 2);

  const [, stale] = await tracesOf(gateway, receiver);
  expect(stale).toEqual(
    request(
      200,
      operation(lookupOf('conversationSpace', 'memory', 0, { ageMs: 70_000, stale: true }, spaceCall())),
    ),
  );
});

test('of two requests for one thing, one has the call, and the other a link to its lookup', async () => {
  const { receiver, gateway } = await startTraced();
  gateway.upstream.setLatency(50, 'conversationSpace');

  await Promise.all([1, 2].map(() => gateway.query(lookup, { id: 'cid.demo.a' })));

  expect(await tracesOf(gateway, receiver)).toEqual([
    request(200, operation(lookupOf('conversationSpace', 'upstream', 1, {}, spaceCall()))),
    request(
      200,
      operation(lookupOf('conversationSpace', 'flight', 1, { links: ['lookup conversationSpace'] })),
    ),
  ]);
});

const dentryLookup = (...children: SpanTree[]): SpanTree =>
  lookupOf('dentriesBatch', 'upstream', 1, {}, ...children);

test('a batch is a call of its first lookup, with links to the others', async () => {
  const { receiver, gateway } = await startTraced();
  const spaceId = 'space.demo.a';
  const ids = [0, 1, 2].map((place) => demoDentryId(spaceId, place));

  await gateway.query(
    'query Space($s: ID!, $ids: [ID!]!) { dentries(spaceId: $s, dentryIds: $ids) { name } }',
    {
      s: spaceId,
      ids,
    },
  );

  expect(await tracesOf(gateway, receiver)).toEqual([
    request(
      200,
      operation(
        dentryLookup(
          call(
            '/v1.0/storage/spaces/{spaceId}/dentries/query',
            'dentriesBatch',
            { 'dingtalk.call.lookups': 3 },
            { links: ['lookup dentriesBatch', 'lookup dentriesBatch'] },
          ),
        ),
        dentryLookup(),
        dentryLookup(),
      ),
    ),
  ]);
});

/** As failed, with what is known of the failure. */
const failed = (tree: SpanTree, attributes: Readonly<Record<string, unknown>>): SpanTree => {
  const { 'dingtalk.lookup.age_ms': _none, ...known } = tree.attributes;
  return { ...tree, failed: true, attributes: { ...known, ...attributes } };
};

test('a refused lookup has the public code, and its call the code that DingTalk documents', async () => {
  const { receiver, gateway } = await startTraced();
  gateway.upstream.denyAccess('chyxxxxx', 'cid.demo.a');

  await gateway.query(lookup, { id: 'cid.demo.a' });

  const refused = lookupOf(
    'conversationSpace',
    'upstream',
    1,
    {},
    spaceCall({ 'http.response.status_code': 403, 'error.type': 'permissionDenied' }, { failed: true }),
  );
  expect(await tracesOf(gateway, receiver)).toEqual([
    request(
      200,
      failed(
        operation({
          ...refused,
          failed: true,
          attributes: {
            ...refused.attributes,
            'dingtalk.lookup.outcome': 'FORBIDDEN',
            'error.type': 'FORBIDDEN',
          },
        }),
        { 'graphql.error.codes': ['FORBIDDEN'], 'error.type': 'FORBIDDEN' },
      ),
    ),
  ]);
});

test('each attempt is a call of its own', async () => {
  const { receiver, gateway } = await startTraced();
  gateway.upstream.addFault('conversationSpace', { kind: 'reset' }, 1);

  await gateway.query(lookup, { id: 'cid.demo.a' });

  const [trace] = await tracesOf(gateway, receiver);
  const calls = trace!.children![0]!.children![0]!.children!;
  expect(
    calls.map(({ failed: isFailed, attributes }) => [
      isFailed,
      attributes['http.request.resend_count'],
      attributes['error.type'],
    ]),
  ).toEqual([
    [true, undefined, 'unavailable'],
    [undefined, 1, undefined],
  ]);
});

test.each([
  ['a query that does not fit the schema', { query: '{ nothing }' }, 422, 'GRAPHQL_VALIDATION_FAILED'],
  ['a query that cannot be parsed', { query: '{' }, 400, 'GRAPHQL_PARSE_FAILED'],
])('%s is an operation without a name, with the code', async (_what, body, status, code) => {
  const { receiver, gateway } = await startTraced();

  await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json' },
    body: JSON.stringify(body),
  });

  expect(await tracesOf(gateway, receiver)).toEqual([
    request(status, {
      name: 'GraphQL Operation',
      kind: 'INTERNAL',
      failed: true,
      attributes: { 'graphql.error.codes': [code], 'error.type': code },
    }),
  ]);
});

test('a request without credentials, and one with a bad body, have no operation', async () => {
  const { receiver, gateway } = await startTraced(manyViewers);

  await gateway.query(lookup, { id: 'cid.demo.a' });
  await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{',
  });

  expect(await tracesOf(gateway, receiver)).toEqual([request(401), request(400)]);
});

test('nothing but /graphql is traced', async () => {
  const { receiver, gateway } = await startTraced();

  for (const path of ['/healthz', '/readyz', '/metrics', '/nothing']) await fetch(`${gateway.url}${path}`);

  expect(await tracesOf(gateway, receiver)).toEqual([]);
});

test('a client that leaves is an error of its request', async () => {
  const { receiver, gateway } = await startTraced();
  gateway.upstream.addFault('conversationSpace', { kind: 'hang' });
  const client = new AbortController();

  const answer = gateway.query(lookup, { id: 'cid.demo.a' }, {}, client.signal);
  await gateway.upstream.waitForCalls('conversationSpace', 1);
  client.abort();
  await expect(answer).rejects.toThrow();
  await eventually(() => gateway.upstream.abortedCalls === 1);

  const [trace] = await tracesOf(gateway, receiver);
  const { attributes, failed: isFailed, children } = trace!;
  expect([isFailed, attributes['error.type'], attributes['http.response.status_code']]).toEqual([
    true,
    'aborted',
    undefined,
  ]);
  expect(children![0]!.attributes).toMatchObject({
    'graphql.error.codes': ['aborted'],
    'error.type': 'aborted',
  });
  expect(children![0]!.children![0]).toMatchObject({
    attributes: { 'dingtalk.lookup.outcome': 'aborted', 'error.type': 'aborted' },
    children: [{ attributes: { 'error.type': 'aborted' } }],
  });
});
