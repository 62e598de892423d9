// A separate process: in the one that runs tests, the garbage of other tests would be measured too.
import { createLookupKeyOf } from '../../src/cache/lookup-key.ts';
import { createLookupCache } from '../../src/cache/lookup-cache.ts';
import { DingTalkError } from '../../src/errors/dingtalk-error.ts';
import type { DingTalk } from '../../src/dingtalk/dingtalk.ts';
import type { Endpoint } from '../../src/domain/endpoint.ts';
import { conversationSpaceEndpoint } from '../../src/graph/conversation/conversation-space.endpoint.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { silentObserver } from '../support/silent-observer.ts';

const maxEntries = 20_000;
const waiting = { signal: new AbortController().signal, remainingMs: () => 5000 };

/** Answers like the real DingTalk, with strings that nothing else references, or refuses with as many. */
const dingtalk: DingTalk = {
  async call<Input, Answer>(_endpoint: Endpoint<Input, Answer>, input: Input) {
    const spaceId = `space of ${JSON.stringify(input)}`;
    if (process.argv.includes('refusals')) {
      const reason = `${spaceId} is for its members only`;
      const said = { code: 'permissionDenied', status: 403, requestId: `id of ${spaceId}`, reason };
      throw new DingTalkError('forbidden', said);
    }
    const [createTime, modifiedTime] = [`${spaceId} 1`, `${spaceId} 2`].map((text) => text.slice(-24));
    return { spaceId, corpId: 'ding1234xxxxx', createTime, modifiedTime } as Answer;
  },
  reserve: () => undefined,
  callBatch: () => Promise.reject(new Error('No endpoint here has a batch form')),
};

const createFullCache = () =>
  createLookupCache({
    dingtalk,
    clock: createManualClock(),
    timeoutMs: 5000,
    cache: {
      ttlMs: 60_000,
      listTtlMs: 1000,
      staleMs: 600_000,
      negativeTtlMs: 5000,
      freshMinMs: 5000,
      maxEntries,
      maxBytes: 2 ** 30,
    },
    keyOf: createLookupKeyOf({
      apiUrl: new URL('https://api.dingtalk.io'),
      app: { appKey: 'key' },
    }),
    sealedRedis: undefined,
    observer: silentObserver,
    onRevalidationFailed: () => undefined,
  });

const lookups = createFullCache();
let asked = 0;

async function lookUp(count: number): Promise<void> {
  for (const end = asked + count; asked < end; asked += 1) {
    const input = { openConversationId: `cid${asked}FTRQSLo+sKxxxx==` };
    const viewer = { unionId: `viewer-${asked % 1000}` };
    await Promise.allSettled(lookups.find(conversationSpaceEndpoint, [input], viewer, waiting));
  }
}

async function usedBytesAfter(count: number): Promise<number> {
  await lookUp(count);
  gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const weights = {
  maxEntries,
  halfFull: await usedBytesAfter(maxEntries / 2),
  full: await usedBytesAfter(maxEntries / 2),
  overfull: await usedBytesAfter(2 * maxEntries),
  entries: lookups.cached.entries,
  estimated: lookups.cached.bytes,
};
process.stdout.write(JSON.stringify(weights));
