import { expect, test } from '@jest/globals';
import type { LookupFunction } from 'node:net';
import { createOneLookup } from '../../src/redis/one-lookup.ts';

type Found = Parameters<LookupFunction>[2];

test('names are looked up one after the other, and each once for all that wait for it', () => {
  const running: { hostname: string; found: Found }[] = [];
  const lookup = createOneLookup((hostname, _options, found) => void running.push({ hostname, found }));
  const answers: string[] = [];
  const ask = (hostname: string): void =>
    lookup(hostname, { all: true }, (error, addresses) => {
      answers.push(`${hostname}: ${error?.message ?? JSON.stringify(addresses)}`);
    });

  ['one', 'two', 'one', 'two', 'three'].forEach(ask);
  expect(running.map(({ hostname }) => hostname)).toEqual(['one']);

  running[0]?.found(null, [{ address: '10.0.0.1', family: 4 }]);
  expect(running.map(({ hostname }) => hostname)).toEqual(['one', 'two']);
  running[1]?.found(new Error('ENOTFOUND'), []);
  running[2]?.found(null, []);
  ask('one');

  expect(running.map(({ hostname }) => hostname)).toEqual(['one', 'two', 'three', 'one']);
  const address = 'one: [{"address":"10.0.0.1","family":4}]';
  expect(answers).toEqual([address, address, 'two: ENOTFOUND', 'two: ENOTFOUND', 'three: []']);
});
