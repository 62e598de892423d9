import { expect, test } from '@jest/globals';
import { Deadline } from '../../src/async/deadline.ts';
import { createEgressPace } from '../../src/dingtalk/pacing/egress-pace.ts';
import { createRateLimiters, type RateLimiters } from '../../src/dingtalk/pacing/rate-limiters.ts';
import { createManualClock, type ManualClock } from '../support/manual-clock.ts';
import { silentObserver } from '../support/silent-observer.ts';

const limitersOf = (clock: ManualClock, options: { callsPerSecond?: number; slowsDown?: boolean } = {}) =>
  createRateLimiters({
    clock,
    callsPerSecond: 20,
    random: () => 0,
    slowsDown: true,
    timeoutMs: 60_000,
    observer: silentObserver,
    sealedRedis: undefined,
    ...options,
  });

/** The most of these times, in order, that lie within so many milliseconds. */
function mostWithin(times: readonly number[], ms: number): number {
  let first = 0;
  let most = 0;
  for (const [at, time] of times.entries()) {
    while ((times[first] ?? Infinity) <= time - ms) first += 1;
    most = Math.max(most, at - first + 1);
  }
  return most;
}

/** Runs all pending microtasks. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Calls of an organization, each of which ends at once; the times at which they start go to `startedAtMs`. */
async function ask(
  limiters: RateLimiters,
  clock: ManualClock,
  organization: string,
  count: number,
  started: number[],
): Promise<void> {
  const call = async (): Promise<void> => {
    limiters.noteStart();
    started.push(clock.nowMs());
  };
  const limiter = limiters.of('spaces', organization);
  const calls = Array.from({ length: count }, () =>
    limiter.run('viewer', new Deadline(clock, 100_000), call),
  );
  await Promise.all(calls);
}

test('organizations keep to the limit of the egress address together, and each to its pace', async () => {
  const clock = createManualClock();
  const limiters = limitersOf(clock);
  const byOrganization = Array.from({ length: 60 }, (_, at) => ({
    name: `corp${at}`,
    startedAtMs: [] as number[],
  }));
  for (const { name, startedAtMs } of byOrganization) void ask(limiters, clock, name, 200, startedAtMs);
  const startedBy = (ms: number): number =>
    byOrganization.flatMap(({ startedAtMs }) => startedAtMs).filter((atMs) => atMs < ms).length;

  await settle();
  // As many as an address has in a second, not sixty times twenty. Fractions of a call are lost.
  expect(startedBy(Infinity)).toBeLessThanOrEqual(450);
  expect(startedBy(Infinity)).toBeGreaterThan(445);
  for (let step = 0; step < 700; step += 1) {
    clock.advance(50);
    await settle();
  }

  const all = byOrganization.flatMap(({ startedAtMs }) => startedAtMs).toSorted((a, b) => a - b);
  expect(all).toHaveLength(60 * 200);
  expect(mostWithin(all, 20_000)).toBeLessThan(10_000);
  expect(mostWithin(all, 20_000)).toBeGreaterThan(9000);
  for (const { startedAtMs } of byOrganization) {
    expect(mostWithin(startedAtMs, 1000)).toBeLessThanOrEqual(20);
    // None waits for the others to be done.
    expect(startedAtMs.filter((at) => at < 21_000).length).toBeGreaterThan(100);
  }
});

test('a call that cannot start in time for it is refused for the rate, not for a ban', async () => {
  const clock = createManualClock();
  const limiters = limitersOf(clock);
  for (let call = 0; call < 900; call += 1) limiters.noteStart();

  const late = limiters.of('spaces', 'corp').run('viewer', new Deadline(clock, 900), async () => undefined);

  await expect(late).rejects.toMatchObject({ kind: 'rate-limited', details: { retryAfterMs: 1050 } });
  expect(limiters.pauseLeftMs()).toBe(0);
});

test('it is off against the sandbox, and a higher DINGTALK_QPS is a higher limit', async () => {
  const clock = createManualClock();
  const started: number[] = [];
  const sandbox = limitersOf(clock, { slowsDown: false });
  for (let at = 0; at < 30; at += 1) void ask(sandbox, clock, `corp${at}`, 20, started);
  const granted = limitersOf(clock, { callsPerSecond: 2000 });
  for (let at = 0; at < 100; at += 1) void ask(granted, clock, `corp${at}`, 20, started);
  await settle();

  expect(started).toHaveLength(600 + 2000);
});

test('replicas that know of each other share the address', () => {
  const clock = createManualClock();
  const shared = createEgressPace(clock, 20, () => 3);
  for (let call = 0; call < 148; call += 1) shared.noteStart();

  expect(shared.freeAtMs).toBeLessThanOrEqual(clock.nowMs());
  for (let call = 0; call < 3; call += 1) shared.noteStart();
  expect(shared.freeAtMs).toBeGreaterThan(clock.nowMs());
  clock.advance(50);
  expect(shared.freeAtMs).toBeLessThanOrEqual(clock.nowMs());
});
