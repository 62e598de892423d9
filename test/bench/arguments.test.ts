import { expect, test } from '@jest/globals';
import { readArguments } from '../../bench/arguments.ts';

const menu = {
  targets: ['limit', 'sdk', 'gateway', 'gateway-cache'],
  workloads: ['W1-1', 'W1-32', 'W2-0ms', 'W3', 'W4', 'W7'],
};

test('without arguments everything runs, for six rounds and further ones', () => {
  expect(readArguments([], menu)).toEqual({ mode: 'full', ...menu, rounds: 6, furtherRounds: true });
});

test('targets run in the order of turns, and the limit always runs', () => {
  const choice = readArguments(['--target', 'gateway,sdk', '--workload', 'W3,W1', '--rounds', '2'], menu);

  expect(choice).toEqual({
    mode: 'full',
    targets: ['limit', 'sdk', 'gateway'],
    workloads: ['W1-1', 'W1-32', 'W3'],
    rounds: 2,
    furtherRounds: false,
  });
});

test('--quick runs the limit and the gateway over a few workloads', () => {
  expect(readArguments(['--quick'], menu)).toEqual({
    mode: 'quick',
    targets: ['limit', 'gateway', 'gateway-cache'],
    workloads: ['W1-32', 'W2-0ms', 'W3', 'W4', 'W7'],
    rounds: 3,
    furtherRounds: true,
  });
});

test.each([
  [['--target', 'gatevay'], '--target knows no "gatevay". It knows: limit, sdk, gateway, gateway-cache'],
  [['--target', 'gateway,'], '--target knows no "". It knows: limit, sdk, gateway, gateway-cache'],
  [['--workload', 'W9'], '--workload knows no "W9". It knows: W1-1, W1-32, W2-0ms, W3, W4, W7'],
  [['--rounds', '0'], '--rounds must be a whole number from 1 to 1000'],
  [['--rounds', 'many'], '--rounds must be a whole number from 1 to 1000'],
  [['--quick', '--scale'], 'choose one of --quick, --scale'],
  [['--replicas', '--scale'], 'choose one of --scale, --replicas'],
  [['--fast'], "Unknown option '--fast'"],
])('%j is refused, with the valid choices', (words, message) => {
  expect(() => readArguments(words, menu)).toThrow(message);
});
