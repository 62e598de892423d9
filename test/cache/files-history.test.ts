import { afterAll, beforeAll, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { sandboxCredentials } from '../../src/sandbox/credentials.ts';
import { demoDentryId } from '../../src/sandbox/files/demo-tree.ts';
import { codeOf, startCachedGateway, type CachedGateway } from '../support/cached-gateway.ts';
import { eventually } from '../support/eventually.ts';

const ttlMs = 60_000;
const listTtlMs = 15_000;
const staleMs = 600_000;
const negativeTtlMs = 5000;
const viewer = sandboxCredentials.operatorUnionId;

let gateway: CachedGateway;
beforeAll(async () => {
  gateway = await startCachedGateway();
});
afterAll(() => gateway.close());

/** Files of the root. */
const place = fc.constantFrom(4, 5, 6);
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('read' as const), place }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('list' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('deny' as const), place }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('allow' as const), place }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('time' as const),
      ms: fc.constantFrom(1, 1000, negativeTtlMs, listTtlMs, ttlMs - 1, ttlMs, staleMs, ttlMs + staleMs),
    }),
  },
);

interface Knowledge {
  readonly isAllowed: boolean;
  readonly atMs: number;
}

let run = 0;

test('in any history, no page brings back a file after its refusal, and nothing outlives its time', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
      run += 1;
      const spaceId = `space.demo.history.${run}`;
      const { clock, upstream } = gateway;
      const denied = new Set<string>();
      /** What DingTalk has said last of each file, by its own call or on a page. */
      const last = new Map<string, Knowledge>();
      let page: { readonly ids: readonly string[]; readonly atMs: number } | undefined;

      /** Learns from the calls that a step has made, those behind its back included. */
      async function learn(): Promise<{ readonly called: ReadonlySet<string>; readonly listed: boolean }> {
        await settle();
        const atMs = clock.nowMs();
        const asked = upstream.callsTo('dentriesBatch').flatMap(({ body }) => (body as any).dentryIds);
        const called = new Set<string>(asked);
        for (const id of called) last.set(id, { isAllowed: !denied.has(id), atMs });
        const listed = upstream.callsTo('dentries').length > 0;
        if (listed) {
          const ids = [4, 5, 6].map((at) => demoDentryId(spaceId, at)).filter((id) => !denied.has(id));
          // Its rows replace what is older: an entry of the same millisecond stays.
          const older = ids.filter((id) => (last.get(id)?.atMs ?? -Infinity) < atMs);
          for (const id of older) last.set(id, { isAllowed: true, atMs });
          page = { ids, atMs };
        }
        upstream.clearCalls();
        return { called, listed };
      }

      for (const each of steps) {
        const nowMs = clock.nowMs();
        if (each.kind === 'time') clock.advance(each.ms);
        if (each.kind === 'deny' || each.kind === 'allow') {
          const id = demoDentryId(spaceId, each.place);
          if (each.kind === 'deny') denied.add(id);
          else denied.delete(id);
          upstream[each.kind === 'deny' ? 'denyAccess' : 'allowAccess'](viewer, id);
        }
        if (each.kind === 'read') {
          const id = demoDentryId(spaceId, each.place);
          const known = last.get(id);
          const ageMs = nowMs - (known?.atMs ?? -Infinity);
          const found = await gateway.query(`{ dentry(spaceId: "${spaceId}", dentryId: "${id}") { name } }`);
          const isAllowed = codeOf(found) === undefined;
          const { called } = await learn();

          const mayServe = known && ageMs < (known.isAllowed ? ttlMs + staleMs : negativeTtlMs);
          expect(isAllowed).toBe(mayServe ? known.isAllowed : !denied.has(id));
          const isFresh = known && ageMs < (known.isAllowed ? ttlMs : negativeTtlMs);
          expect(called.has(id)).toBe(!isFresh);
        }
        if (each.kind === 'list') {
          const known = page;
          const ageMs = nowMs - (known?.atMs ?? -Infinity);
          const { body } = await gateway.query(
            `{ dentry(spaceId: "${spaceId}", dentryId: "0") { children { nodes { dentryId } } } }`,
          );
          const { listed } = await learn();

          const shown = body.data.dentry.children.nodes.map(({ dentryId }: any) => dentryId);
          const ids = [4, 5, 6].map((at) => demoDentryId(spaceId, at));
          const expected =
            known && ageMs < listTtlMs + staleMs ? known.ids : ids.filter((id) => !denied.has(id));
          expect(ids.filter((id) => shown.includes(id))).toEqual(expected);
          expect(listed).toBe(!(known && ageMs < listTtlMs));
        }
      }
    }),
    { numRuns: 60 },
  );
}, 60_000);

/** Lets revalidations start and end, and gives the gateway time to read what the upstream has sent. */
async function settle(): Promise<void> {
  for (let round = 0; round < 4; round += 1) {
    await gateway.query('{ __typename }');
    await eventually(() => gateway.upstream.inFlight === 0);
  }
}
