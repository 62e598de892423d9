import { readFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { estimate } from '../../scripts/plan/estimate.ts';
import { keyClasses } from '../../scripts/plan/keys.ts';
import { playMonth, workingDays } from '../../scripts/plan/month.ts';
import { readQuestion } from '../../scripts/plan/question.ts';
import { createRemedy } from '../../scripts/plan/remedy.ts';
import { createRandom } from '../../scripts/plan/random.ts';

const random = (): (() => number) => createRandom(1);
const asked = '--users 100 --groups 50 --opens-per-day 20 --ttl 60000'.split(' ');

test('options have defaults, and a person opens no more groups than exist', () => {
  expect(readQuestion('--users 100 --groups 5 --opens-per-day 20 --ttl 60000'.split(' '))).toEqual({
    users: 100,
    groups: 5,
    organizations: 1,
    replicas: 1,
    opensPerDay: 20,
    ttlMs: 60_000,
    staleMs: 600_000,
    groupsPerUser: 5,
    viewerShare: 1,
    cpuMsPerOpen: 1,
    bytesPerEntry: 1024,
  });
});

test.each([
  [['--users', '10', '--ttl', '1'], '--groups (groups that there are), --opens-per-day'],
  [[...asked, '--ttl', '-1'], "Option '--ttl' argument is ambiguous"],
  [[...asked, '--ttl=90000000'], '--ttl must be a whole number from 0 to 86400000, not "90000000"'],
  [[...asked, '--users', '1.5'], '--users must be a whole number from 1 to 10000000, not "1.5"'],
  [[...asked, '--groups', ''], '--groups must be a whole number from 1 to 10000000, not ""'],
  [[...asked, '--viewer-share', '2'], '--viewer-share must be a number from 0 to 1, not "2"'],
  [[...asked, '--user', '5'], "Unknown option '--user'. It knows: --users, --groups, --opens-per-day, --ttl"],
])('%j is refused, with the valid choices', (words, message) => {
  expect(() => readQuestion(words)).toThrow(message);
});

test('without a cache every open waits for a call', () => {
  const played = playMonth(50, { ttlMs: 0, staleMs: 0 }, createRandom(1));

  expect(played.opens).toBeGreaterThan(0);
  expect(played.calls).toBe(played.opens);
  expect(played.waits).toBe(played.opens);
});

test('an answer that is fresh for a day is called for once a working day', () => {
  // So many opens that the first of a day comes at least a day after the first of the day before.
  const played = playMonth(10_000, { ttlMs: 12 * 3_600_000, staleMs: 0 }, createRandom(1));

  expect(played.calls).toBe(workingDays);
});

test('for independent opens the calls follow λ / (1 + λ T)', () => {
  // Each of the nine other hours has (1 - 1/5) / 9 of the day's opens.
  const opensPerDay = 2000;
  const ttlMs = 60_000;
  const { calls, callsInBusiestHours } = playMonth(opensPerDay, { ttlMs, staleMs: 0 }, createRandom(2));
  const inHour = (share: number): number => {
    const perMs = (opensPerDay * share) / 3_600_000;
    return (3_600_000 * perMs) / (1 + perMs * ttlMs);
  };
  const perDay = inHour(0.2) + 9 * inHour(0.8 / 9);

  expect(calls / (workingDays * perDay)).toBeCloseTo(1, 1);
  expect(callsInBusiestHours / (workingDays * inHour(0.2))).toBeCloseTo(1, 1);
});

test('stale answers save the wait, not the call', () => {
  const strict = playMonth(200, { ttlMs: 60_000, staleMs: 0 }, createRandom(3));
  const lenient = playMonth(200, { ttlMs: 60_000, staleMs: 3_600_000 }, createRandom(3));

  expect(lenient.calls).toBe(strict.calls);
  expect(lenient.waits).toBeLessThan(strict.waits / 5);
});

test('every open belongs to an entry, at any share of own viewers', () => {
  for (const share of ['0', '0.5', '1']) {
    const question = readQuestion([...asked, '--groups', '100000', '--viewer-share', share]);
    const classes = keyClasses(question);
    const opens = classes.reduce((sum, { opensPerDay, count }) => sum + opensPerDay * count, 0);
    expect(opens).toBeCloseTo(2000, 6);
  }
});

test('people who share an operator need far fewer calls', () => {
  const question = readQuestion([...asked, '--ttl=3600000']);
  const own = estimate(question, createRandom(1));
  const shared = estimate({ ...question, viewerShare: 0 }, createRandom(1));

  expect(shared.callsPerMonth).toBeLessThan(own.callsPerMonth / 2);
  expect(shared.opensPerMonth / own.opensPerMonth).toBeCloseTo(1, 1);
});

test.each(['README.md', 'README.zh-CN.md'])('%s says what its plan says, and that fits', async (page) => {
  const text = await readFile(page, 'utf8');
  const words = /^npm run plan -- ([^#\n]*?)\s*#/m.exec(text)?.[1]?.split(' ') ?? [];
  const { callsPerMonth } = estimate(readQuestion(words), random());

  expect(callsPerMonth).toBeLessThan(5000);
  expect(text).toContain(` ${Math.round(callsPerMonth).toLocaleString('en')} `);
});

test('the same question gives the same answer', () => {
  const question = readQuestion(asked);
  expect(estimate(question, createRandom(1))).toEqual(estimate(question, createRandom(1)));
});

test('the suggested --ttl is the shortest that fits, and undefined if a day is too short', () => {
  const question = { ...readQuestion(asked), viewerShare: 0 };
  const calls = (ttlMs: number): number => estimate({ ...question, ttlMs }, createRandom(1)).callsPerMonth;

  expect(createRemedy(question, random)(calls(4 * 3_600_000))).toBe(4 * 3_600_000);
  expect(createRemedy(question, random)(1)).toBeUndefined();
});
