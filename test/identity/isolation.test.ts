import { afterAll, beforeAll, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { demoSpace } from '../../src/sandbox/demo-space.ts';
import { startGateway, type Answer, type GatewayUnderTest } from '../support/start-gateway.ts';

/** Two people in one organization, and one of them in a second one: a viewer is both unionId and corpId. */
const viewers = [
  { unionId: 'chyxxxxx', corpId: 'ding1234xxxxx' },
  { unionId: 'linxxxxx', corpId: 'ding1234xxxxx' },
  { unionId: 'chyxxxxx', corpId: 'ding5678xxxxx' },
] as const;
type Viewer = (typeof viewers)[number];

const memories = {
  'remembering nothing': {},
  'remembering everything': {
    CACHE_TTL_MS: '60000',
    CACHE_STALE_MS: '600000',
    CACHE_NEGATIVE_TTL_MS: '60000',
  },
} as const;

const gateways = new Map<string, GatewayUnderTest>();
let gateway: GatewayUnderTest;
beforeAll(async () => {
  for (const [name, memory] of Object.entries(memories)) {
    const environment = {
      ...memory,
      VIEWER_AUTH: 'router',
      ROUTER_SECRET: 'secret',
      DINGTALK_CORP_ID: viewers[0].corpId,
      VIEWER_LOG_KEY: 'key',
    };
    gateways.set(name, await startGateway({ environment }));
  }
});
afterAll(() => Promise.all([...gateways.values()].map((each) => each.close())));

const viewer = fc.constantFrom(...viewers);
const name = fc.constantFrom('a', 'b', 'c');
const request = fc.record({
  viewer,
  names: fc.uniqueArray(name, { minLength: 1 }),
  latencyMs: fc.constantFrom(0, 1, 4),
  /** Whether running requests are awaited first, so that their entries are stored. */
  afterTheOthers: fc.boolean(),
});
const history = fc.record({
  refusals: fc.array(fc.record({ unionId: viewer.map(({ unionId }) => unionId), name }), { maxLength: 5 }),
  requests: fc.array(request, { minLength: 2, maxLength: 8 }),
});

function ask(ids: readonly string[], { unionId, corpId }: Viewer, requestId: string): Promise<Answer> {
  const fields = ids.map(
    (id, index) => `f${index}: conversationSpace(openConversationId: "${id}") { spaceId corpId }`,
  );
  return gateway.query(
    `{ ${fields.join(' ')} }`,
    {},
    {
      'x-router-secret': 'secret',
      'x-dingtalk-union-id': unionId,
      'x-dingtalk-corp-id': corpId,
      'x-request-id': requestId,
    },
  );
}

/** The only right answer to a viewer for an id, by the rules of the stand-in. */
function expected(id: string, { unionId, corpId }: Viewer, refused: ReadonlySet<string>): object {
  if (refused.has(`${unionId} ${id}`)) return { space: null, code: 'FORBIDDEN' };
  return { space: { spaceId: demoSpace(id, corpId).spaceId, corpId }, code: undefined };
}

let run = 0;

test.each(Object.keys(memories))(
  'in any order of requests, %s, each viewer gets only what they may read',
  async (name) => {
    gateway = gateways.get(name)!;
    await fc.assert(
      fc.asyncProperty(history, async ({ refusals, requests }) => {
        run += 1;
        // New ids in every run: entries of an earlier run follow other rules.
        const idOf = (name: string): string => `cid.demo.${run}.${name}`;
        const refused = new Set(refusals.map(({ unionId, name }) => `${unionId} ${idOf(name)}`));
        for (const { unionId, name } of refusals) gateway.upstream.denyAccess(unionId, idOf(name));
        gateway.upstream.clearCalls();
        const logged = gateway.log.length;

        const underWay: Promise<Answer>[] = [];
        for (const [index, { viewer, names, latencyMs, afterTheOthers }] of requests.entries()) {
          if (afterTheOthers) await Promise.all(underWay);
          gateway.upstream.setLatency(latencyMs, 'conversationSpace');
          underWay.push(ask(names.map(idOf), viewer, `${run}-${index}`));
        }
        const answers = await Promise.all(underWay);

        const asked = gateway.upstream.callsTo('conversationSpace');
        for (const [index, { viewer, names }] of requests.entries()) {
          const { data, errors = [] } = answers[index]!.body;
          for (const [place, name] of names.entries()) {
            const error = errors.find(({ path }) => path?.[0] === `f${place}`);
            const answered = { space: data[`f${place}`], code: error?.extensions.code };
            expect(answered).toEqual(expected(idOf(name), viewer, refused));
            if (error) {
              const { requestId } = error.extensions.dingtalk;
              expect(asked.find((call) => call.requestId === requestId)).toMatchObject({
                query: { unionId: viewer.unionId },
                body: { openConversationId: idOf(name) },
              });
            }
          }
        }
        const wanted = new Set(
          requests.flatMap(({ viewer, names }) => names.map((name) => `${viewer.unionId} ${idOf(name)}`)),
        );
        for (const { query, body } of asked) {
          expect(wanted).toContain(`${query['unionId']} ${(body as any).openConversationId}`);
        }
        expectLogOf(
          requests.map(({ viewer }) => viewer),
          gateway.log.slice(logged),
        );
      }),
      { numRuns: 25 },
    );
  },
);

/** Each line of a request names its own viewer, and two viewers never share a name. */
function expectLogOf(viewersAsked: readonly Viewer[], log: readonly string[]): void {
  const lines = log
    .map((line) => JSON.parse(line))
    .filter(({ requestId }) => String(requestId).startsWith(`${run}-`));
  const aliases = viewers.map((viewer) => {
    const own = lines.filter(({ requestId }) => viewersAsked[Number(requestId.split('-')[1])] === viewer);
    return new Set(own.map((line) => line.viewer));
  });
  for (const names of aliases) expect(names.size).toBeLessThanOrEqual(1);
  const used = aliases.flatMap((names) => Array.from(names));
  expect(used).not.toContain(undefined);
  expect(new Set(used).size).toBe(used.length);
}
