import { afterAll, beforeAll, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { codeOf, startCachedGateway, type CachedGateway } from '../support/cached-gateway.ts';
import { eventually } from '../support/eventually.ts';

const ttlMs = 60_000;
const staleMs = 600_000;
const negativeTtlMs = 5000;

let gateway: CachedGateway;
beforeAll(async () => {
  gateway = await startCachedGateway();
});
afterAll(() => gateway.close());

const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('ask' as const) }) },
  fc.record({
    kind: fc.constant('time' as const),
    ms: fc.constantFrom(1, 999, 1000, negativeTtlMs, ttlMs - 1, ttlMs, staleMs - 1, staleMs, ttlMs + staleMs),
  }),
  fc.record({
    kind: fc.constant('upstream' as const),
    says: fc.constantFrom('space' as const, 'permissionDenied' as const, 'page' as const),
  }),
);

let run = 0;

test('in any history, no answer is served after a refusal or past its time, and no fresh one is looked up', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 25 }), async (steps) => {
      run += 1;
      const id = `cid.demo.${run}`;
      const { clock, upstream } = gateway;
      upstream.clearFaults();
      upstream.clearCalls();
      let says: 'space' | 'permissionDenied' | 'page' = 'space';
      /** Until then a failed revalidation is not repeated. */
      let restsUntilMs = -Infinity;
      /** DingTalk's last answer or refusal, and when it came. */
      let last: { readonly says: 'space' | 'permissionDenied'; readonly atMs: number } | undefined;

      for (const each of steps) {
        if (each.kind === 'time') clock.advance(each.ms);
        if (each.kind === 'upstream') {
          says = each.says;
          upstream.clearFaults();
          if (says !== 'space') upstream.addFault('conversationSpace', faults[says]);
        }
        if (each.kind !== 'ask') continue;

        const calls = gateway.asked().length;
        const ageMs = last && clock.nowMs() - last.atMs;
        const code = codeOf(await gateway.lookUp(id));
        const fresh = last && ageMs !== undefined && ageMs < (last.says === 'space' ? ttlMs : negativeTtlMs);
        const stale =
          last?.says === 'space' && ageMs !== undefined && ageMs >= ttlMs && ageMs < ttlMs + staleMs;
        // A revalidation has to end before the next step.
        if (stale && clock.nowMs() >= restsUntilMs) await eventually(() => gateway.asked().length > calls);
        await eventually(() => upstream.inFlight === 0);
        await settle();
        const asked = gateway.asked().length > calls;

        if (fresh) expect({ code, asked }).toEqual({ code: codes[last?.says ?? 'space'], asked: false });
        else if (stale) expect(code).toBeUndefined();
        else expect({ code, asked }).toEqual({ code: codes[says], asked: true });
        if (asked && says !== 'page') last = { says, atMs: clock.nowMs() };
        if (asked && stale && says === 'page') restsUntilMs = clock.nowMs() + 1000;
      }
    }),
    { numRuns: 60 },
  );
});

/** An HTML page is a failure that a lookup does not retry. */
const faults = {
  permissionDenied: { kind: 'error', code: 'permissionDenied' },
  page: { kind: 'html', status: 200 },
} as const;

const codes = {
  space: undefined,
  permissionDenied: 'FORBIDDEN',
  page: 'UPSTREAM_MALFORMED_RESPONSE',
} as const;

/** Gives the gateway time to read what the upstream has sent: other answers have arrived since. */
async function settle(): Promise<void> {
  for (let round = 0; round < 2; round += 1) await gateway.query('{ __typename }');
}
