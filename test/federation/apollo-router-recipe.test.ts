import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { codeBlocks } from '../support/code-blocks.ts';
import { eventually } from '../support/eventually.ts';
import { startGateway, type Answer, type GatewayUnderTest } from '../support/start-gateway.ts';
import { readRecipe, type CommonRules, type Recipe } from './apollo-router-recipe.ts';
import { startApolloRouterStandIn, type ApolloRouterStandIn } from './apollo-router-stand-in.ts';

const page = await readFile(new URL('../../docs/federation.md', import.meta.url), 'utf8');
const yaml = codeBlocks(page, 'yaml').find((block) => block.includes('rhai:')) ?? '';
const rhai = codeBlocks(page, 'rust').join('\n');
const deduplicatingAll: CommonRules = { deduplicates: true };
const forwardingAll: CommonRules = { headerRules: [{ propagate: { matching: '.*' } }] };

/** Sets the person in `subgraph_service`, after de-duplication: the mistake that the page warns of. */
const lateRecipe: Recipe = readRecipe(
  `
headers: { subgraphs: { dingtalk: { request: [{ insert: { name: x-router-secret, value: '\${env.ROUTER_SECRET}' } }] } } }
`,
  `
fn subgraph_service(service, subgraph) {
  if subgraph != "dingtalk" { return; }
  service.map_request(|request| {
    let claims = request.context["apollo::authentication::jwt_claims"];
    if claims != () { request.subgraph.headers["x-dingtalk-union-id"] = claims["unionId"]; }
  });
}
`,
  deduplicatingAll,
);

const routerSecret = 'only the router knows';
const claims = {
  'Bearer chy': { unionId: 'chyxxxxx' },
  'Bearer lin': { unionId: 'linxxxxx' },
  'Bearer without-claim': { sub: 'chyxxxxx' },
  'Bearer with-number': { unionId: 42 },
};
const id = 'cid.demo.tea';
const seenByChy = { data: { conversationSpace: { corpId: 'ding1234xxxxx' } } };
const seenByLin = { data: { conversationSpace: null }, errors: [{ extensions: { code: 'FORBIDDEN' } }] };

let gateway: GatewayUnderTest;
beforeAll(async () => {
  gateway = await startGateway({ environment: { VIEWER_AUTH: 'router', ROUTER_SECRET: routerSecret } });
  gateway.upstream.denyAccess('linxxxxx', id);
});
beforeEach(() => gateway.upstream.clearCalls());
afterAll(() => gateway.close());

const startRouter = (recipe: Recipe): Promise<ApolloRouterStandIn> =>
  startApolloRouterStandIn({
    gatewayUrl: gateway.url,
    recipe,
    environment: { ROUTER_SECRET: routerSecret },
    claims,
  });

async function ask(
  router: ApolloRouterStandIn,
  person: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer['body']> {
  const response = await fetch(`${router.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${person}`, ...headers },
    body: JSON.stringify({ query: `{ conversationSpace(openConversationId: "${id}") { corpId } }` }),
  });
  return (await response.json()) as Answer['body'];
}

const operators = (): unknown[] =>
  gateway.upstream
    .callsTo('conversationSpace')
    .map(({ query }) => query['unionId'])
    .toSorted();

test('a person who is set after de-duplication gets the answer of the one who asked first', async () => {
  await using router = await startRouter(lateRecipe);
  const release = router.holdAnswers();

  const first = ask(router, 'chy');
  await gateway.upstream.waitForCalls('conversationSpace', 1);
  const second = ask(router, 'lin');
  await eventually(() => router.joined === 1);
  release();

  expect(await first).toEqual(seenByChy);
  expect(await second).toEqual(seenByChy);
  expect(operators()).toEqual(['chyxxxxx']);
});

test.each([
  ['the recipe of the page', yaml],
  ['only its header rules', yaml.replace('deduplicate_query: false', 'timeout: 30s')],
])(
  'with %s each person gets their own answer, though all subgraphs are de-duplicated',
  async (_name, text) => {
    await using router = await startRouter(readRecipe(text, rhai, deduplicatingAll));
    const release = router.holdAnswers();

    const answers = Promise.all([ask(router, 'chy'), ask(router, 'lin')]);
    await eventually(() => router.sent.length + router.joined === 2);
    release();

    expect(await answers).toMatchObject([seenByChy, seenByLin]);
    expect(operators()).toEqual(['chyxxxxx', 'linxxxxx']);
  },
);

test('the recipe excludes this subgraph from de-duplication of all', async () => {
  await using router = await startRouter(readRecipe(yaml, rhai, deduplicatingAll));
  const release = router.holdAnswers();

  const answers = Promise.all([ask(router, 'chy'), ask(router, 'chy')]);
  await eventually(() => router.sent.length + router.joined === 2);
  release();

  expect(await answers).toEqual([seenByChy, seenByChy]);
  expect(router.joined).toBe(0);
});

const forged = {
  'x-dingtalk-union-id': 'chyxxxxx',
  'x-dingtalk-corp-id': 'ding5678xxxxx',
  'x-router-secret': 'guessed',
};

test.each([
  ['no token', 'unknown'],
  ['a token without the claim', 'without-claim'],
  ['a claim that is not a string', 'with-number'],
])('with the recipe %s is no operator, though the router forwards all headers', async (_name, person) => {
  await using router = await startRouter(readRecipe(yaml, rhai, forwardingAll));

  const { data, errors } = await ask(router, person, forged);

  expect(data).toBeUndefined();
  expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  expect(operators()).toEqual([]);
});

test('with the recipe the person of the token is the operator, though the router forwards all headers', async () => {
  await using router = await startRouter(readRecipe(yaml, rhai, forwardingAll));

  expect(await ask(router, 'lin', forged)).toMatchObject(seenByLin);

  expect(operators()).toEqual(['linxxxxx']);
  expect(router.sent.map((headers) => headers.get('x-dingtalk-corp-id'))).toEqual([null]);
});
