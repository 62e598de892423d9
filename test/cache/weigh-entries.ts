// A process of its own: in one that runs tests, what other tests leave to be collected would be weighed as well.
import { createLookupKeyOf } from '../../src/cache/lookup-key.ts';
import { createLookups } from '../../src/cache/lookups.ts';
import type { DingTalk } from '../../src/dingtalk/dingtalk.ts';
import type { Endpoint } from '../../src/dingtalk/endpoint.ts';
import { conversationSpaceEndpoint } from '../../src/graph/conversation-space/conversation-space.endpoint.ts';
import { createManualClock } from '../support/manual-clock.ts';

const maxEntries = 20_000;
const waiting = { signal: new AbortController().signal, remainingMs: () => 5000 };

/** Answers as the real one does: with texts and times that nobody else holds. */
const dingtalk: DingTalk = {
  async call<Input, Answer>(_endpoint: Endpoint<Input, Answer>, input: Input) {
    const spaceId = `space of ${JSON.stringify(input)}`;
    return { spaceId, corpId: 'ding1234xxxxx', createTime: new Date(0), modifiedTime: new Date(1) } as Answer;
  },
};

const createFullCache = () =>
  createLookups({
    dingtalk,
    clock: createManualClock(),
    timeoutMs: 5000,
    cache: { ttlMs: 60_000, staleMs: 600_000, negativeTtlMs: 5000, maxEntries },
    keyOf: createLookupKeyOf({
      apiUrl: new URL('https://api.dingtalk.io'),
      app: { kind: 'internal', appKey: 'key', appSecret: 'secret' },
    }),
    shared: undefined,
    observer: {
      lookupEnded: () => undefined,
      callEnded: () => undefined,
      attemptsEnded: () => undefined,
      turnEnded: () => undefined,
    },
    onRefreshFailed: () => undefined,
  });

const lookups = createFullCache();
let asked = 0;

async function lookUp(count: number): Promise<void> {
  for (const end = asked + count; asked < end; asked += 1) {
    const input = { openConversationId: `cid${asked}FTRQSLo+sKxxxx==` };
    await lookups.find(conversationSpaceEndpoint, input, { unionId: `viewer-${asked % 1000}` }, waiting);
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
  entries: lookups.cachedEntries,
};
process.stdout.write(JSON.stringify(weights));
