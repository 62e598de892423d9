import { expect, test } from '@jest/globals';
import { createSingleFlight } from '../../src/cache/single-flight.ts';
import { startDeadline, whileWaiting, type Deadline } from '../../src/async/deadline.ts';
import { ClientGoneError } from '../../src/errors/client-gone-error.ts';
import { AbortableSignal } from '../../src/async/abort.ts';
import { codeOf, manyViewers, startCachedGateway } from '../support/cached-gateway.ts';
import { eventually } from '../support/eventually.ts';
import { createManualClock } from '../support/manual-clock.ts';

/** Only what is asked for at the same time is shared. */
const nothingKept = { CACHE_TTL_MS: '0' };

test('a thousand simultaneous requests of one viewer for one space are one call', async () => {
  await using gateway = await startCachedGateway();
  gateway.upstream.setLatency(200, 'conversationSpace');

  const answers = await Promise.all(Array.from({ length: 1000 }, () => gateway.lookUp('cid.demo.hot')));

  expect(gateway.asked()).toEqual(['cid.demo.hot']);
  expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
  expect(answers[0]?.body.data.conversationSpace.spaceId).toEqual(expect.any(String));
});

test('a thousand that come while it is under way are on one flight, whether or not anything is kept', async () => {
  const clock = createManualClock();
  const flights = createSingleFlight<string, string>(clock, 5000);
  const { promise, resolve } = Promise.withResolvers<string>();
  let started = 0;
  const run = (): Promise<string> => {
    started += 1;
    return promise;
  };

  const flying = Array.from({ length: 1000 }, () => flights.fly('key', stays, { trip: '', run }));
  resolve('landed');

  expect(new Set(await Promise.all(flying))).toEqual(new Set(['landed']));
  expect([started, flights.at('key')]).toEqual([1, undefined]);
});

test('nothing is kept of a flight that has landed', async () => {
  await using gateway = await startCachedGateway(nothingKept);

  await gateway.lookUp('cid.demo.a');
  await gateway.lookUp('cid.demo.a');

  expect(gateway.asked()).toEqual(['cid.demo.a', 'cid.demo.a']);
});

test('two viewers never share a flight', async () => {
  await using gateway = await startCachedGateway({ ...nothingKept, ...manyViewers });
  gateway.upstream.denyAccess('lin', 'cid.demo.a');
  gateway.upstream.setLatency(50, 'conversationSpace');

  const [chy, lin] = await Promise.all([
    gateway.lookUp('cid.demo.a', 'chy'),
    gateway.lookUp('cid.demo.a', 'lin'),
  ]);

  expect([codeOf(chy), codeOf(lin)]).toEqual([undefined, 'FORBIDDEN']);
  const askedFor = gateway.upstream.callsTo('conversationSpace').map(({ query }) => query['unionId']);
  expect(askedFor.toSorted()).toEqual(['chy', 'lin']);
});

test('a failure is everybody’s who waited, and nobody’s afterwards', async () => {
  await using gateway = await startCachedGateway(nothingKept);
  gateway.upstream.setLatency(1000, 'conversationSpace');
  gateway.upstream.addFault('conversationSpace', { kind: 'error', code: 'permissionDenied' }, 1);

  const waiting = await Promise.all([gateway.lookUp('cid.demo.a'), gateway.lookUp('cid.demo.a')]);
  gateway.upstream.setLatency(0);
  const later = await gateway.lookUp('cid.demo.a');

  expect(waiting.map(codeOf)).toEqual(['FORBIDDEN', 'FORBIDDEN']);
  expect(codeOf(later)).toBeUndefined();
  expect(gateway.asked()).toHaveLength(2);
});

test('one caller that leaves does not take the call from the others', async () => {
  await using gateway = await startCachedGateway(nothingKept);
  gateway.upstream.setLatency(1000, 'conversationSpace');
  const leaving = new AbortController();

  const first = gateway.lookUp('cid.demo.a', undefined, leaving.signal).catch(() => 'left');
  await gateway.upstream.waitForCalls('conversationSpace', 1);
  const second = gateway.lookUp('cid.demo.a');
  // Sent after it, and so on its way after it.
  const behind = gateway.lookUp('cid.demo.behind');
  await gateway.upstream.waitForCalls('conversationSpace', 2);
  leaving.abort();

  expect(await first).toBe('left');
  expect((await Promise.all([second, behind])).map(codeOf)).toEqual([undefined, undefined]);
  expect(gateway.asked()).toEqual(['cid.demo.a', 'cid.demo.behind']);
  expect(gateway.upstream.abortedCalls).toBe(0);
});

test('the call is aborted when the last caller has left, and the next one starts anew', async () => {
  await using gateway = await startCachedGateway(nothingKept);
  gateway.upstream.addFault('conversationSpace', { kind: 'hang' }, 1);
  const leaving = new AbortController();

  const waiting = [1, 2, 3].map(() =>
    gateway.lookUp('cid.demo.a', undefined, leaving.signal).catch(() => 'left'),
  );
  await gateway.upstream.waitForCalls('conversationSpace', 1);
  leaving.abort();
  await Promise.all(waiting);
  await eventually(() => gateway.upstream.abortedCalls === 1);
  const next = await gateway.lookUp('cid.demo.a');

  expect(codeOf(next)).toBeUndefined();
  expect(gateway.asked()).toHaveLength(2);
});

test('who came late to a flight that runs out of time boards the next one; who came first is told', async () => {
  const clock = createManualClock();
  const flights = createSingleFlight<string, string>(clock, 5000);
  const never = { trip: 'first', run: ({ signal }: Deadline) => whileWaiting(hanging, signal) };
  const lands = { trip: 'second', run: async () => 'landed' };
  const boarded: unknown[] = [];
  const onBoard = (...boarding: unknown[]): void => void boarded.push(boarding);

  const first = flights.fly('key', stays, never, onBoard).catch((error) => error.kind);
  clock.advance(4000);
  const late = flights.fly('key', stays, lands, onBoard);
  clock.advance(1000);

  expect(await Promise.all([first, late])).toEqual(['timeout', 'landed']);
  expect(boarded).toEqual([
    ['first', false],
    ['first', true],
    ['second', false],
  ]);
});

test('who came late, but will not stay long, takes no call of their own', async () => {
  const clock = createManualClock();
  const flights = createSingleFlight<string, string>(clock, 5000);
  let started = 0;
  const run = ({ signal }: Deadline): Promise<string> => {
    started += 1;
    return whileWaiting(hanging, signal);
  };
  const fly = (): Promise<unknown> =>
    flights.fly('key', stays, { trip: '', run }).catch((error) => error.kind);

  const first = fly();
  clock.advance(2000);
  const late = fly();
  clock.advance(3000);

  expect(await Promise.all([first, late])).toEqual(['timeout', 'timeout']);
  expect(started).toBe(1);
});

test.each([
  ['runs out of time', 'DingTalkError'],
  ['goes away', 'ClientGoneError'],
])('a flight ends with the reason of the last one who waited: one who %s', async (_how, reason) => {
  const clock = createManualClock();
  const flights = createSingleFlight<string, string>(clock, 5000);
  const client = new AbortController();
  const ended: unknown[] = [];
  const run = async ({ signal }: Deadline): Promise<string> => {
    signal.addEventListener('abort', () => ended.push(nameOf(signal.reason)));
    return whileWaiting(hanging, signal);
  };

  const waiting = flights.fly(
    'key',
    { signal: startDeadline(clock, 1000, client.signal).signal, remainingMs: () => Infinity },
    { trip: '', run },
  );
  if (reason === 'ClientGoneError') client.abort(new ClientGoneError());
  clock.advance(1000);

  await expect(waiting).rejects.toMatchObject({ name: reason });
  expect(ended).toEqual([reason]);
});

const nameOf = (reason: unknown): string | undefined => (reason instanceof Error ? reason.name : undefined);

const hanging = new Promise<never>(() => undefined);
/** Of a caller who waits to the end. */
const stays = { signal: new AbortableSignal(), remainingMs: () => Infinity };
