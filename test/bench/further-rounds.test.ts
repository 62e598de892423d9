import { expect, test } from '@jest/globals';
import { furtherTurns } from '../../bench/further-rounds.ts';
import type { Row } from '../../bench/report/report.ts';
import { summarize } from '../../bench/statistics.ts';

const narrow = [1, 1.1, 1.2];
const wide = [1, 1.5, 2];
const wider = [1, 3, 5];

const row = (
  workload: string,
  target: string,
  ratios: readonly number[],
  special: Partial<Row> = {},
): Row => {
  const one = summarize([1]);
  return {
    workload,
    target,
    rounds: ratios.length,
    reference: 'limit',
    beside: undefined,
    ratio: summarize(ratios),
    ratioBeside: undefined,
    cpuMsPerOperation: one,
    operationsPerSecond: one,
    p50Ms: one,
    p99Ms: one,
    upstreamCallsPerOperation: one,
    connections: undefined,
    redis: undefined,
    residentMiB: one,
    ...special,
  };
};

test('rows with a narrow middle half get no further round', () => {
  expect(furtherTurns([row('W1-32', 'gateway', narrow), row('W4', 'yoga', narrow)])).toEqual([]);
});

test('wide rows get one with what they are compared with, the widest workload first', () => {
  const rows = [
    row('W1-32', 'gateway', wide),
    row('W1-32', 'gateway-cache', narrow),
    row('W1-128', 'gateway-cache', wider),
    row('W1-128', 'gateway', wide),
  ];

  expect(furtherTurns(rows)).toEqual([
    { workload: 'W1-128', targets: ['limit', 'gateway-cache', 'gateway'] },
    { workload: 'W1-32', targets: ['limit', 'gateway'] },
  ]);
});

test('a ratio to another target may be what is wide', () => {
  const redis = row('W1-32', 'gateway-redis', narrow, {
    beside: 'gateway-cache',
    ratioBeside: summarize(wide),
  });

  expect(furtherTurns([redis])).toEqual([
    { workload: 'W1-32', targets: ['limit', 'gateway-cache', 'gateway-redis'] },
  ]);
});

test('rows without a goal wait until those with one are narrow', () => {
  const peer = row('W1-32', 'yoga', wider);

  expect(furtherTurns([peer, row('W4', 'gateway-cache', wide)])).toEqual([
    { workload: 'W4', targets: ['limit', 'gateway-cache'] },
  ]);
  expect(furtherTurns([peer, row('W4', 'gateway-cache', narrow)])).toEqual([
    { workload: 'W1-32', targets: ['limit', 'yoga'] },
  ]);
});

test('a row that is still wide after forty rounds gets no more', () => {
  expect(furtherTurns([row('W1-32', 'gateway', wide, { rounds: 40 })])).toEqual([]);
});
