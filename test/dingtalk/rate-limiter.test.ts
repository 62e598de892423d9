import { expect, test } from '@jest/globals';
import { createRateLimiter, type RateLimiter } from '../../src/dingtalk/pacing/rate-limiter.ts';
import { Deadline } from '../../src/async/deadline.ts';
import { JoinedTurns } from '../../src/domain/joined-turns.ts';
import { ClientGoneError } from '../../src/errors/client-gone-error.ts';
import { createManualClock, type ManualClock } from '../support/manual-clock.ts';

interface AskOptions {
  readonly timeoutMs?: number;
  readonly client?: AbortSignal;
  readonly joined?: JoinedTurns;
}

interface Run {
  readonly started: string[];
  ask(viewer: string, name: string, options?: AskOptions): Promise<unknown>;
  finish(name: string): Promise<void>;
}

/** Calls, by name, that run until a test finishes them. */
function observe(limiter: RateLimiter, clock: ManualClock): Run {
  const started: string[] = [];
  const running = new Map<string, () => void>();
  return {
    started,
    async ask(viewer, name, { timeoutMs = 60_000, client, joined } = {}) {
      const deadline = new Deadline(clock, timeoutMs, client);
      const call = async (): Promise<void> => {
        started.push(name);
        return new Promise<void>((resolve) => running.set(name, resolve));
      };
      return limiter.run(viewer, deadline, call, joined && { joined });
    },
    async finish(name) {
      running.get(name)?.();
      await settle();
    },
  };
}

/** Runs all pending microtasks. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('frees a slot of the window one second after its call has ended', async () => {
  const clock = createManualClock();
  const run = observe(createRateLimiter({ clock, callsPerSecond: 2, random: () => 0 }), clock);
  for (const name of ['a', 'b', 'c', 'd']) void run.ask('viewer', name);
  await settle();
  expect(run.started).toEqual(['a', 'b']);

  clock.advance(5000);
  await run.finish('a');
  expect(run.started).toEqual(['a', 'b']);

  clock.advance(999);
  await run.finish('b');
  expect(run.started).toEqual(['a', 'b']);

  clock.advance(1);
  await settle();
  expect(run.started).toEqual(['a', 'b', 'c']);

  clock.advance(999);
  await settle();
  expect(run.started).toEqual(['a', 'b', 'c', 'd']);
});

test('viewers take turns in the queue', async () => {
  const clock = createManualClock();
  const run = observe(createRateLimiter({ clock, callsPerSecond: 1, random: () => 0 }), clock);

  for (const name of ['a1', 'a2', 'a3']) void run.ask('a', name);
  void run.ask('b', 'b1');
  for (const name of ['a1', 'a2', 'b1']) {
    await settle();
    await run.finish(name);
    clock.advance(1000);
  }
  await settle();

  expect(run.started).toEqual(['a1', 'a2', 'b1', 'a3']);
});

test('as many calls are in flight as may start in a second', async () => {
  const clock = createManualClock();
  const run = observe(createRateLimiter({ clock, callsPerSecond: 50, random: () => 0 }), clock);

  for (let index = 0; index < 60; index += 1) void run.ask('viewer', String(index));
  await settle();

  expect(run.started).toHaveLength(50);
});

test('at most five hundred calls are in flight', async () => {
  const clock = createManualClock();
  const run = observe(createRateLimiter({ clock, callsPerSecond: 1000, random: () => 0 }), clock);

  for (let index = 0; index < 505; index += 1) void run.ask('viewer', String(index));
  await settle();
  expect(run.started).toHaveLength(500);

  await run.finish('0');
  expect(run.started).toHaveLength(501);
});

test('refuses at once a call that cannot start before its deadline, with retryAfterMs', async () => {
  const clock = createManualClock();
  const run = observe(createRateLimiter({ clock, callsPerSecond: 1, random: () => 0 }), clock);
  void run.ask('viewer', 'first');
  await settle();

  await expect(run.ask('viewer', 'second', { timeoutMs: 500 })).rejects.toMatchObject({
    kind: 'rate-limited',
    details: { retryAfterMs: 1000 },
  });
  expect(run.started).toEqual(['first']);
});

test('refuses a call when a thousand are queued', async () => {
  const clock = createManualClock();
  const run = observe(createRateLimiter({ clock, callsPerSecond: 1000, random: () => 0 }), clock);
  for (let index = 0; index < 1500; index += 1) void run.ask('viewer', String(index));

  await expect(run.ask('viewer', 'one too many')).rejects.toMatchObject({ kind: 'rate-limited' });
});

test('an aborted call leaves the queue and is not sent', async () => {
  const clock = createManualClock();
  const run = observe(createRateLimiter({ clock, callsPerSecond: 1, random: () => 0 }), clock);
  const client = new AbortController();
  void run.ask('viewer', 'first');
  const leaving = run.ask('viewer', 'leaving', { client: client.signal });
  void run.ask('viewer', 'staying');

  client.abort(new ClientGoneError());
  await expect(leaving).rejects.toMatchObject({ name: 'ClientGoneError' });
  await run.finish('first');
  clock.advance(1000);
  await settle();

  expect(run.started).toEqual(['first', 'staying']);
});

test('retryAfterMs counts the queue ahead', async () => {
  const clock = createManualClock();
  const run = observe(createRateLimiter({ clock, callsPerSecond: 2, random: () => 0 }), clock);
  for (const name of ['a', 'b', 'c', 'd', 'e']) void run.ask('viewer', name);
  await settle();

  await expect(run.ask('viewer', 'f', { timeoutMs: 1500 })).rejects.toMatchObject({
    details: { retryAfterMs: 2000 },
  });
});

test('a viewer’s single call is not refused because another viewer has a hundred queued', async () => {
  const clock = createManualClock();
  const run = observe(createRateLimiter({ clock, callsPerSecond: 2, random: () => 0 }), clock);
  for (let index = 0; index < 100; index += 1) void run.ask('busy', `busy ${index}`);
  await settle();

  void run.ask('modest', 'modest', { timeoutMs: 3000 });
  await run.finish('busy 0');
  await run.finish('busy 1');
  clock.advance(1000);
  await settle();

  expect(run.started).toEqual(['busy 0', 'busy 1', 'busy 2', 'modest']);
});

test('calls that two viewers wait for together count once in the queue', async () => {
  const clock = createManualClock();
  const limiter = createRateLimiter({ clock, callsPerSecond: 20, random: () => 0 });
  const run = observe(limiter, clock);
  for (let index = 0; index < 20; index += 1) void run.ask('first', `busy ${index}`);
  for (let index = 0; index < 70; index += 1) {
    const joined = new JoinedTurns();
    void run.ask('batch', `shared ${index}`, { joined });
    joined.join('web');
  }
  await settle();
  expect(limiter.status.queued).toBe(70);

  void run.ask('batch', 'after them', { timeoutMs: 5000 });
  for (let second = 0; second < 5; second += 1) {
    for (const name of run.started) await run.finish(name);
    clock.advance(1000);
    await settle();
  }

  expect(run.started).toContain('after them');
});

test('a queued call that others delay beyond its deadline is rate-limited', async () => {
  const clock = createManualClock();
  const run = observe(createRateLimiter({ clock, callsPerSecond: 1, random: () => 0 }), clock);
  void run.ask('a', 'first');
  await settle();
  await run.finish('first');
  void run.ask('a', 'second');
  const putOff = run.ask('a', 'third', { timeoutMs: 2500 });
  void run.ask('b', 'other');
  for (const name of ['second', 'other']) {
    clock.advance(1000);
    await settle();
    await run.finish(name);
  }
  clock.advance(500);

  await expect(putOff).rejects.toMatchObject({ kind: 'rate-limited', details: { retryAfterMs: 500 } });
  expect(run.started).toEqual(['first', 'second', 'other']);
});

test('a queued call behind hanging calls is a timeout', async () => {
  const clock = createManualClock();
  const run = observe(createRateLimiter({ clock, callsPerSecond: 1, random: () => 0 }), clock);
  void run.ask('viewer', 'hanging');
  const behind = run.ask('viewer', 'behind', { timeoutMs: 2000 });
  await settle();

  clock.advance(2000);

  await expect(behind).rejects.toMatchObject({ kind: 'timeout' });
});

test('retryAfterMs counts free slots first, then those that become free', async () => {
  const clock = createManualClock();
  const run = observe(createRateLimiter({ clock, callsPerSecond: 3, random: () => 0 }), clock);
  void run.ask('viewer', 'hanging');
  await settle();
  // Two start now; the fourth, fifth and sixth a second later, the seventh two.
  for (const name of ['a', 'b', 'c', 'd']) void run.ask('viewer', name);
  await settle();

  expect(run.started).toEqual(['hanging', 'a', 'b']);
  await expect(run.ask('viewer', 'e', { timeoutMs: 500 })).rejects.toMatchObject({
    details: { retryAfterMs: 1000 },
  });
});

test('a call that gets its slot from Redis during a ban waits for the end of the ban', async () => {
  const clock = createManualClock();
  let bannedUntilMs = -Infinity;
  const places = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const released: boolean[] = [];
  let asked = 0;
  const limiter = createRateLimiter({
    clock,
    callsPerSecond: 10,
    random: () => 0,
    notBeforeMs: () => bannedUntilMs,
    redisWindow: {
      callsPerSecond: 10,
      isAway: false,
      notBeforeMs: -Infinity,
      noteStart: () => undefined,
      takeWithClaim: async () => undefined,
      async take() {
        await places[asked++]?.promise;
        return { kind: 'taken', release: (sent) => void released.push(sent) };
      },
    },
  });
  const run = observe(limiter, clock);
  void run.ask('viewer', 'call');
  await settle();

  bannedUntilMs = clock.nowMs() + 5000;
  places[0]?.resolve();
  places[1]?.resolve();
  await settle();
  expect([run.started, released]).toEqual([[], [false]]);

  clock.advance(5000);
  await settle();
  expect(run.started).toEqual(['call']);
});
