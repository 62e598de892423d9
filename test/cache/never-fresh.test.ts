import { expect, test } from '@jest/globals';
import * as z from 'zod';
import { Deadline } from '../../src/async/deadline.ts';
import { createLookupCache, type LookupCache } from '../../src/cache/lookup-cache.ts';
import type { EndedLookup } from '../../src/cache/lookup-report.ts';
import type { CallOptions, DingTalk } from '../../src/dingtalk/dingtalk.ts';
import { codec } from '../../src/domain/codec.ts';
import type { Endpoint } from '../../src/domain/endpoint.ts';
import type { Viewer } from '../../src/domain/viewer.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { silentObserver } from '../support/silent-observer.ts';

const call = { method: 'GET', path: () => '/', operator: 'unionId', repeatable: true, refusals: {} } as const;
const credential: Endpoint<object, string> = {
  ...call,
  name: 'credential',
  answer: z.string(),
  freshness: 'never',
};
const space: Endpoint<object, string> = { ...call, name: 'space', answer: codec(z.string()) };
const clock = createManualClock();

/** A cache over a DingTalk that answers every call with a different text. */
function createCache(): LookupCache {
  let calls = 0;
  const dingtalk: DingTalk = {
    async call<Input, Answer>(
      _endpoint: Endpoint<Input, Answer>,
      _input: Input,
      _viewer: Viewer,
      { onAttempt }: CallOptions,
    ) {
      onAttempt?.();
      calls += 1;
      return `answer ${calls}` as Answer;
    },
    reserve: () => undefined,
    callBatch: () => Promise.reject(new Error('No endpoint here has a batch form')),
  };
  return createLookupCache({
    dingtalk,
    clock,
    timeoutMs: 5000,
    cache: {
      ttlMs: 60_000,
      listTtlMs: 1000,
      staleMs: 0,
      negativeTtlMs: 5000,
      freshMinMs: 5000,
      maxEntries: 10,
      maxBytes: 10_000,
    },
    keyOf: (...parts) => JSON.stringify(parts),
    sealedRedis: undefined,
    observer: silentObserver,
    onRevalidationFailed: () => undefined,
  });
}

test.each([
  ['a read', space, ['answer 1', 'answer 1', 'answer 1'], ['upstream', 'flight', 'memory'], 1],
  [
    'an answer that is never fresh',
    credential,
    ['answer 1', 'answer 2', 'answer 3'],
    ['upstream', 'upstream', 'upstream'],
    0,
  ],
] as const)(
  '%s: looked up twice at once, and once more',
  async (_what, endpoint, answers, sources, entries) => {
    const cache = createCache();
    const ended: EndedLookup[] = [];
    const find = async (): Promise<string> => {
      const waiting = new Deadline(clock, 5000);
      const [answer = Promise.reject(new Error('No lookup'))] = cache.find(
        endpoint,
        [{}],
        { unionId: 'chy' },
        waiting,
        (_input, lookup) => ended.push(lookup),
      );
      return answer;
    };

    const found = [...(await Promise.all([find(), find()])), await find()];

    expect(found).toEqual(answers);
    expect(ended.map(({ source }) => source)).toEqual(sources);
    expect(cache.cached.entries).toBe(entries);
  },
);
