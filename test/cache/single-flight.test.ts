import { expect, test } from '@jest/globals';
import { createSingleFlight, type Flight, type OnJoined, type Run } from '../../src/cache/single-flight.ts';
import { Deadline, whileWaiting } from '../../src/async/deadline.ts';
import { ClientGoneError } from '../../src/errors/client-gone-error.ts';
import { AbortableSignal } from '../../src/async/abort.ts';
import { codeOf, manyViewers, startCachedGateway } from '../support/cached-gateway.ts';
import { eventually } from '../support/eventually.ts';
import { createManualClock } from '../support/manual-clock.ts';

/** No cache: only simultaneous lookups share a call. */
const nothingCached = { CACHE_TTL_MS: '0' };

test('a thousand simultaneous requests of one viewer for one space are one call', async () => {
  await using gateway = await startCachedGateway();
  gateway.upstream.setLatency(200, 'conversationSpace');

  const answers = await Promise.all(Array.from({ length: 1000 }, () => gateway.lookUp('cid.demo.hot')));

  expect(gateway.asked()).toEqual(['cid.demo.hot']);
  expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
  expect(answers[0]?.body.data.conversationSpace.spaceId).toEqual(expect.any(String));
});

test('a thousand lookups during a flight join it, whether or not anything is cached', async () => {
  const clock = createManualClock();
  const flights = createSingleFlight<string>(clock, 5000);
  const { promise, resolve } = Promise.withResolvers<string>();
  let started = 0;
  const run = (): Promise<string> => {
    started += 1;
    return promise;
  };

  const joined = Array.from({ length: 1000 }, () => flights.join('key', stays, run));
  resolve('landed');

  expect(new Set(await Promise.all(joined))).toEqual(new Set(['landed']));
  expect([started, flights.at('key')]).toEqual([1, undefined]);
});

test('no flight is kept after it has landed', async () => {
  await using gateway = await startCachedGateway(nothingCached);

  await gateway.lookUp('cid.demo.a');
  await gateway.lookUp('cid.demo.a');

  expect(gateway.asked()).toEqual(['cid.demo.a', 'cid.demo.a']);
});

test('two viewers never share a flight', async () => {
  await using gateway = await startCachedGateway({ ...nothingCached, ...manyViewers });
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

test('a failure reaches every lookup that waited, and none afterwards', async () => {
  await using gateway = await startCachedGateway(nothingCached);
  gateway.upstream.setLatency(1000, 'conversationSpace');
  gateway.upstream.addFault('conversationSpace', { kind: 'error', code: 'permissionDenied' }, 1);

  const waiting = await Promise.all([gateway.lookUp('cid.demo.a'), gateway.lookUp('cid.demo.a')]);
  gateway.upstream.setLatency(0);
  const later = await gateway.lookUp('cid.demo.a');

  expect(waiting.map(codeOf)).toEqual(['FORBIDDEN', 'FORBIDDEN']);
  expect(codeOf(later)).toBeUndefined();
  expect(gateway.asked()).toHaveLength(2);
});

test('a caller that leaves does not end the call for the others', async () => {
  await using gateway = await startCachedGateway(nothingCached);
  gateway.upstream.setLatency(1000, 'conversationSpace');
  const leaving = new AbortController();

  const first = gateway.lookUp('cid.demo.a', undefined, leaving.signal).catch(() => 'left');
  await gateway.upstream.waitForCalls('conversationSpace', 1);
  const second = gateway.lookUp('cid.demo.a');
  // Sent later: when it arrives, the other request has joined.
  const behind = gateway.lookUp('cid.demo.behind');
  await gateway.upstream.waitForCalls('conversationSpace', 2);
  leaving.abort();

  expect(await first).toBe('left');
  expect((await Promise.all([second, behind])).map(codeOf)).toEqual([undefined, undefined]);
  expect(gateway.asked()).toEqual(['cid.demo.a', 'cid.demo.behind']);
  expect(gateway.upstream.abortedCalls).toBe(0);
});

test('the call is aborted when the last caller has left, and the next lookup starts a new one', async () => {
  await using gateway = await startCachedGateway(nothingCached);
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

test('a flight that runs out of time fails its first caller; a late one joins the next flight', async () => {
  const clock = createManualClock();
  const flights = createSingleFlight<string>(clock, 5000);
  const joined: [Flight, boolean][] = [];
  const onJoined: OnJoined = (...flight) => void joined.push(flight);

  const first = flights.join('key', stays, hangs, onJoined).catch((error) => error.kind);
  clock.advance(4000);
  const late = flights.join('key', stays, lands, onJoined);
  clock.advance(1000);

  expect(await Promise.all([first, late])).toEqual(['timeout', 'landed']);
  expect(joined.map(([, isFirst]) => isFirst)).toEqual([true, false, true]);
  const [own, shared, next] = joined.map(([flight]) => flight);
  expect([shared === own, next === own]).toEqual([true, false]);
});

test('a late caller with little time left starts no flight', async () => {
  const clock = createManualClock();
  const flights = createSingleFlight<string>(clock, 5000);
  let started = 0;
  const run: Run<string> = (flight, deadline) => {
    started += 1;
    return hangs(flight, deadline);
  };
  const join = (): Promise<unknown> => flights.join('key', stays, run).catch((error) => error.kind);

  const first = join();
  clock.advance(2000);
  const late = join();
  clock.advance(3000);

  expect(await Promise.all([first, late])).toEqual(['timeout', 'timeout']);
  expect(started).toBe(1);
});

test.each([
  ['runs out of time', 'DingTalkError'],
  ['leaves', 'ClientGoneError'],
])('a flight ends with the reason of its last caller, who %s', async (_how, reason) => {
  const clock = createManualClock();
  const flights = createSingleFlight<string>(clock, 5000);
  const client = new AbortController();
  const ended: unknown[] = [];
  const run: Run<string> = async (flight, deadline) => {
    const { signal } = deadline;
    signal.addEventListener('abort', () => ended.push(nameOf(signal.reason)));
    return hangs(flight, deadline);
  };

  const waiting = flights.join(
    'key',
    { signal: new Deadline(clock, 1000, client.signal).signal, remainingMs: () => Infinity },
    run,
  );
  if (reason === 'ClientGoneError') client.abort(new ClientGoneError());
  clock.advance(1000);

  await expect(waiting).rejects.toMatchObject({ name: reason });
  expect(ended).toEqual([reason]);
});

const nameOf = (reason: unknown): string | undefined => (reason instanceof Error ? reason.name : undefined);

const hanging = new Promise<never>(() => undefined);
const hangs: Run<string> = (_flight, { signal }) => whileWaiting(hanging, signal);
const lands: Run<string> = async () => 'landed';
/** A caller who waits to the end. */
const stays = { signal: new AbortableSignal(), remainingMs: () => Infinity };
