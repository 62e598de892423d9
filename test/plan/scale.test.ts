import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { estimate, type Estimate } from '../../scripts/plan/estimate.ts';
import { playMonth, workingDays } from '../../scripts/plan/month.ts';
import { organizationClasses } from '../../scripts/plan/organizations.ts';
import { pageOf } from '../../scripts/plan/page.ts';
import { readQuestion, type Question } from '../../scripts/plan/question.ts';
import { createRandom } from '../../scripts/plan/random.ts';
import { zipfClasses } from '../../scripts/plan/zipf.ts';
import { tableRows } from '../support/page-tables.ts';

const question = (options: Readonly<Record<string, number>>): Question =>
  readQuestion(Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]));
const estimateOf = (options: Readonly<Record<string, number>>): Estimate =>
  estimate(question(options), createRandom(1));
const pageFor = (options: Readonly<Record<string, number>>): string =>
  pageOf(question(options), estimateOf(options), () => 14_400_000);

/** Every open is a call: a month has 22 working days. */
const uncached = { 'opens-per-day': 20, ttl: 0, stale: 0 };

test.each([
  [{ users: 10, groups: 500, organizations: 11 }, 'at most 10'],
  [{ users: 500, groups: 10, organizations: 500 }, 'at most 10'],
])('%j is refused: each organization has a person and a group', (sizes, message) => {
  expect(() => question({ ...uncached, ...sizes })).toThrow(
    `--organizations must be ${message}, as --users and --groups are those of all organizations and each has one at least`,
  );
});

test('0 replicas are refused', () => {
  expect(() => question({ ...uncached, users: 1, groups: 1, replicas: 0 })).toThrow(
    '--replicas must be a whole number from 1 to 1000, not "0"',
  );
});

test.each([1, 7, 200, 201, 5000, 100_000])('%i ranks share the whole by Zipf', (ranks) => {
  const classes = zipfClasses(ranks, 1000);

  expect(classes.reduce((sum, { count }) => sum + count, 0)).toBe(ranks);
  expect(classes.reduce((sum, { amount, count }) => sum + amount * count, 0)).toBeCloseTo(1000, 6);
  expect(classes.length).toBeLessThanOrEqual(200);
});

test('the second organization has half the people of the first, and each at least one person and group', () => {
  const asked = question({ ...uncached, users: 10_000, groups: 100, organizations: 100 });
  const classes = organizationClasses(asked);
  const [first, second] = classes.map((each) => each.question);

  expect(classes.reduce((sum, { count }) => sum + count, 0)).toBe(100);
  expect(second!.users / first!.users).toBeCloseTo(0.5, 2);
  expect(classes.every((each) => each.question.users >= 1 && each.question.groups >= 1)).toBe(true);
  expect(classes.every((each) => each.question.groupsPerUser <= each.question.groups)).toBe(true);
});

test('organizations that spend their month are counted, each by its own calls', () => {
  // The n-th of a hundred has 10,000 / 5.187 / n people, and 440 calls for each of them: 848,000 / n.
  const { spendingOrganizations } = estimateOf({
    ...uncached,
    users: 10_000,
    groups: 1000,
    organizations: 100,
  });

  expect(spendingOrganizations).toEqual([100, 4]);
});

test('organizations that reach their pace are counted', () => {
  // 20 a second are reached by a mean of 10: 9,000 people with 20 opens a day, a fifth of them in one hour.
  const { pacedOrganizations, peakCallsPerSecond } = estimateOf({
    ...uncached,
    users: 66_000,
    groups: 1000,
    organizations: 10,
  });

  expect(pacedOrganizations).toBe(2);
  expect(peakCallsPerSecond).toBeGreaterThan(66);
});

test('replicas on one Redis call as one process; without it each calls for itself', () => {
  const shared = { users: 1000, groups: 100, 'opens-per-day': 20, ttl: 3_600_000, 'viewer-share': 0 };
  const one = estimateOf(shared);
  const three = estimateOf({ ...shared, replicas: 3 });

  expect(one.callsPerMonthApart).toBe(one.callsPerMonth);
  expect(three.callsPerMonth / one.callsPerMonth).toBeCloseTo(1, 1);
  expect(three.callsPerMonthApart).toBeGreaterThan(2 * three.callsPerMonth);
  expect(three.redisTripsPerSecond).toBeGreaterThan(one.redisTripsPerSecond);
});

test('a call is two trips to Redis, and each replica has its beats and counts', () => {
  const { peakCallsPerSecond, redisTripsPerSecond } = estimateOf({
    ...uncached,
    users: 10_000,
    groups: 1000,
  });
  const mean = (10_000 * 20 * 0.2) / 3600;

  expect(peakCallsPerSecond).toBeCloseTo(mean + 3.1 * Math.sqrt(mean), 0);
  expect(redisTripsPerSecond).toBeCloseTo(2 * mean + 3.1 * Math.sqrt(2 * mean) + 1.1 + 1, 0);
});

test('what another replica has asked is one trip for each replica that is asked for it', () => {
  const often = 1_000_000;
  const played = playMonth(often, { ttlMs: 60_000, staleMs: 3_600_000, replicas: 10 }, createRandom(1));

  expect(played.readsInBusiestHours / played.callsInBusiestHours).toBeCloseTo(9, 3);
  expect(played.waits / played.calls).toBeLessThan(0.05);
});

test('an entry that is opened a million times a second is called for once in its time', () => {
  const played = playMonth(36_000_000_000, { ttlMs: 1000, staleMs: 0 }, createRandom(1));

  expect(played.opens / (36_000_000_000 * workingDays)).toBeCloseTo(1, 6);
  expect(played.calls / (workingDays * 10 * 3600)).toBeCloseTo(1, 3);
});

test('the page of one process compares with the limits of one organization', () => {
  const page = pageFor({ ...uncached, users: 100_000, groups: 1000 });

  expect(page).toMatch(
    /^ {2}of 5,000, standard edition {2,}TOO MANY: 8,\d{3} times as many; --ttl 14400000 would do$/m,
  );
  expect(page).toMatch(/^ {2}of 20 a second {2,}TOO MANY: 7\.2 times as many$/m);
  expect(page).toMatch(/^ {2}of 10,000 in 20 s, one address {2,}fits \(24 % of it\)$/m);
  expect(page).toMatch(/^gateway processes {2,}1, and one more to lose$/m);
  expect(page).not.toContain('without Redis');
});

test('the page of a suite counts organizations, and says how many addresses and processes it takes', () => {
  const page = pageFor({ ...uncached, users: 1_000_000, groups: 1000, organizations: 1000, replicas: 2 });

  expect(page).toMatch(
    /^ {2}organizations that spend 5,000, standard edition {2,}1,000 of 1,000; for the largest --ttl 14400000 would do$/m,
  );
  expect(page).toMatch(/^ {2}organizations that reach 20 a second {2,}\d+ of 1,000$/m);
  expect(page).toMatch(
    /^ {2}of 10,000 in 20 s, one address {2,}TOO MANY: 2\.\d times as many; 3 egress addresses would do$/m,
  );
  expect(page).toMatch(/^ {2}DINGTALK_QPS of each process {2,}10, as they do not know of each other$/m);
  expect(page).toMatch(/^gateway processes {2,}TOO FEW: 3 are needed, and one more to lose$/m);
  expect(page).toContain('the n-th has n times fewer people and groups than the first');
});

test('without Redis the pace cannot be divided among more replicas than it has calls', () => {
  expect(pageFor({ ...uncached, users: 100, groups: 100, replicas: 25 })).toContain(
    'NONE FITS: at 1 they are 25 a second together; give at most 20 replicas',
  );
});

const performance = readFileSync('docs/performance.md', 'utf8');
const lifetimes: Readonly<Record<string, number>> = { '1 min': 60_000, '1 h': 3_600_000, '24 h': 86_400_000 };
const number = (text = ''): number => Number(text.replaceAll(',', ''));
const whole = (value: number): string => Math.round(value).toLocaleString('en-US');
const some = (value: number): string => (value >= 100 ? whole(value) : value.toFixed(value >= 10 ? 0 : 1));

test('the table of users in docs/performance.md is what the plan says', () => {
  const rows = tableRows(performance, [
    'users',
    'groups',
    'fresh for',
    'calls a month, own',
    'calls a month, shared',
    'calls/s at peak, own',
    'cache entries, own',
    'processes',
    'Redis trips/s, 3 replicas, own',
    'calls a month, 3 replicas without Redis, own',
  ]);
  const small = rows.filter(([users]) => number(users) <= 1000);

  expect([rows.length, small.length]).toEqual([12, 6]);
  for (const row of small) {
    const [users = '', groups = '', fresh = ''] = row;
    const asked = {
      users: number(users),
      groups: number(groups),
      'opens-per-day': 20,
      ttl: lifetimes[fresh] ?? NaN,
    };
    const own = estimateOf(asked);
    const three = estimateOf({ ...asked, replicas: 3 });
    expect(row).toEqual([
      users,
      groups,
      fresh,
      whole(own.callsPerMonth),
      whole(estimateOf({ ...asked, 'viewer-share': 0 }).callsPerMonth),
      some(own.peakCallsPerSecond),
      whole(own.cacheEntries),
      whole(own.processes),
      some(three.redisTripsPerSecond),
      whole(three.callsPerMonthApart),
    ]);
  }
});

test('the table of organizations in docs/performance.md is what the plan says', () => {
  const rows = tableRows(performance, [
    'people',
    'fresh for',
    'calls a month',
    'spend 5,000',
    'spend 200,000',
    'reach 20 a second',
    'calls/s at peak',
    'calls in 20 s',
    'cache entries a process',
    'Redis trips/s',
    'Redis MiB',
  ]);
  const [first = []] = rows;
  const [people = '', fresh = ''] = first;
  const users = number(people);
  const found = estimateOf({
    users,
    groups: users / 10,
    organizations: 1000,
    replicas: 3,
    'opens-per-day': 20,
    ttl: lifetimes[fresh] ?? NaN,
  });

  expect(rows).toHaveLength(6);
  expect(first).toEqual([
    people,
    fresh,
    whole(found.callsPerMonth),
    ...found.spendingOrganizations.map(whole),
    whole(found.pacedOrganizations),
    some(found.peakCallsPerSecond),
    whole(found.peakCallsIn20Seconds),
    whole(found.cacheEntries),
    some(found.redisTripsPerSecond),
    some(found.redisMiB),
  ]);
});
