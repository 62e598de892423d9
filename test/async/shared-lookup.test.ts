import type { LookupFunction } from 'node:net';
import { expect, test } from '@jest/globals';
import { createSharedLookup } from '../../src/async/shared-lookup.ts';
import { createManualClock } from '../support/manual-clock.ts';

type Answer = (error: NodeJS.ErrnoException | null, address: string) => void;

/** A resolver that answers when the test says so. */
function createSetup(joinMs: number) {
  const asked: { readonly hostname: string; readonly answer: Answer }[] = [];
  const resolver: LookupFunction = (hostname, _options, found) => {
    asked.push({ hostname, answer: (error, address) => found(error, address, 4) });
  };
  const clock = createManualClock();
  const lookUp = createSharedLookup(joinMs, clock, resolver);
  const answers: unknown[] = [];
  return {
    asked,
    answers,
    clock,
    connect: (name: string) =>
      lookUp('api.gateway.test', {}, (error, address) => answers.push([name, error?.code ?? address])),
  };
}

const failure = Object.assign(new Error('getaddrinfo'), { code: 'EAI_AGAIN' });

test('connections that need a name at the same time share one lookup, and its failure', () => {
  const { asked, answers, connect } = createSetup(3000);

  connect('first');
  connect('second');
  asked[0]?.answer(null, '192.0.2.1');
  connect('third');
  connect('fourth');
  asked[1]?.answer(failure, '');

  expect(asked.map(({ hostname }) => hostname)).toEqual(['api.gateway.test', 'api.gateway.test']);
  expect(answers).toEqual([
    ['first', '192.0.2.1'],
    ['second', '192.0.2.1'],
    ['third', 'EAI_AGAIN'],
    ['fourth', 'EAI_AGAIN'],
  ]);
});

test('a lookup that has run for too long is not joined, and its late answer ends no other', () => {
  const { asked, answers, clock, connect } = createSetup(3000);

  connect('first');
  clock.advance(2999);
  connect('second');
  clock.advance(1);
  connect('third');
  asked[0]?.answer(null, '192.0.2.1');
  connect('fourth');
  asked[1]?.answer(null, '192.0.2.2');

  expect(asked).toHaveLength(2);
  expect(answers).toEqual([
    ['first', '192.0.2.1'],
    ['second', '192.0.2.1'],
    ['third', '192.0.2.2'],
    ['fourth', '192.0.2.2'],
  ]);
});
