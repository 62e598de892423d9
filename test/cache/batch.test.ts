import { expect, test } from '@jest/globals';
import { Redis as Client } from 'ioredis';
import * as z from 'zod';
import { AbortableSignal } from '../../src/async/abort.ts';
import { createLookupCache, type LookupCache } from '../../src/cache/lookup-cache.ts';
import type { OnEnded } from '../../src/cache/lookup-report.ts';
import { codec } from '../../src/domain/codec.ts';
import type { CacheableEndpoint } from '../../src/domain/endpoint.ts';
import { createSeal } from '../../src/domain/seal.ts';
import type { Viewer } from '../../src/domain/viewer.ts';
import { DingTalkError } from '../../src/errors/dingtalk-error.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { createSealedRedis } from '../../src/redis/sealed-redis.ts';
import { eventually } from '../support/eventually.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { startRedis, testWithRedis } from '../support/redis-server.ts';
import { silentObserver } from '../support/silent-observer.ts';
import { createTestDingTalk } from '../support/test-dingtalk.ts';
import { startUpstreamServer, type ReceivedCall, type Reply } from '../support/upstream-server.ts';

interface FileInput {
  readonly spaceId: string;
  readonly id: string;
}

const item = z
  .object({
    id: z.string(),
    success: z.boolean(),
    errorCode: z.string().optional(),
    file: z.unknown().optional(),
  })
  .transform(({ id, success, errorCode = '', file }) =>
    success ? { id, body: file } : { id, code: errorCode },
  );

/** Two files of one space in one call, as DingTalk answers thirty. */
const files: CacheableEndpoint<FileInput, { name: string }> = {
  name: 'files',
  method: 'POST',
  path: ({ spaceId }) => `/v1.0/spaces/${spaceId}/files/query`,
  operator: 'unionId',
  answer: codec(z.object({ name: z.string() })),
  repeatable: true,
  freshness: 'list',
  batch: {
    maxInputs: 2,
    groupOf: ({ spaceId }) => spaceId,
    idOf: ({ id }) => id,
    body: (inputs) => ({ ids: inputs.map(({ id }) => id) }),
    items: z.object({ items: z.array(item) }).transform((body) => body.items),
  },
  refusals: { fileNotExist: { kind: 'not-found', message: 'There is no such file.' } },
};

/** Items come in another order; `gone` has none, `lost` fails, `odd` is not what the page promises. */
const answerItems = ({ body }: ReceivedCall): Reply => ({
  body: {
    items: (body.ids as string[])
      .filter((id) => id !== 'gone')
      .toReversed()
      .map((id) =>
        id === 'lost'
          ? { id, success: false, errorCode: 'fileNotExist' }
          : { id, success: true, errorCode: 'systemError', file: id === 'odd' ? {} : { name: `file ${id}` } },
      ),
  },
});

const chy: Viewer = { unionId: 'chy' };
const inputs = (ids: string, spaceId = 's'): FileInput[] => ids.split(' ').map((id) => ({ spaceId, id }));

interface Setup {
  readonly redisUrl?: string;
  readonly callsPerSecond?: number;
  readonly timeoutMs?: number;
}

async function start(
  answer: (call: ReceivedCall) => Reply | Promise<Reply> = answerItems,
  { redisUrl, callsPerSecond = 10_000, timeoutMs = 5000 }: Setup = {},
) {
  const upstream = await startUpstreamServer(answer);
  const clock = createManualClock();
  const sealedRedis =
    redisUrl === undefined
      ? undefined
      : await createSealedRedis(
          new URL(redisUrl),
          createSeal({ upstream: upstream.url.origin, app: 'key', secret: 'secret' }),
          { log: createLogger('silent'), clock },
        );
  await sealedRedis?.redis.opened(5000);
  const dingtalk = createTestDingTalk(upstream.url, clock, { callsPerSecond });
  const createCache = (): LookupCache =>
    createLookupCache({
      dingtalk,
      clock,
      timeoutMs,
      cache: {
        ttlMs: 60_000,
        listTtlMs: 1000,
        staleMs: 60_000,
        negativeTtlMs: 5000,
        freshMinMs: 5000,
        maxEntries: 100,
        maxBytes: 100_000,
      },
      keyOf: (...parts) => JSON.stringify(parts),
      sealedRedis,
      observer: silentObserver,
      onRevalidationFailed: () => undefined,
    });
  const cache = createCache();
  return {
    clock,
    cache,
    createCache,
    calls: upstream.calls,
    asked: () => upstream.calls.map(({ url, body }) => `${url.split('/')[3]}: ${body.ids.join(' ')}`),
    async [Symbol.asyncDispose]() {
      await cache.close();
      await dingtalk.close();
      sealedRedis?.redis.close();
      await upstream[Symbol.asyncDispose]();
    },
  };
}

/** The name of each file, or why there is none. */
async function find(
  { cache }: { readonly cache: LookupCache },
  asked: readonly FileInput[],
  viewer = chy,
  signal = new AbortableSignal(),
): Promise<string[]> {
  const waiting = { signal, remainingMs: () => 5000 };
  const found = await Promise.allSettled(cache.find(files, asked, viewer, waiting));
  return found.map((each) => {
    if (each.status === 'fulfilled') return each.value.name;
    return each.reason instanceof DingTalkError ? each.reason.kind : String(each.reason);
  });
}

test('inputs go out together, as many as a call takes, each group in calls of its own', async () => {
  await using under = await start();

  const found = await find(under, [...inputs('1 2 3'), ...inputs('4 5', 't'), ...inputs('6')]);

  expect(found).toEqual(['1', '2', '3', '4', '5', '6'].map((id) => `file ${id}`));
  expect(under.asked().toSorted()).toEqual(['s: 1 2', 's: 3 6', 't: 4 5']);
  expect(under.calls[0]).toMatchObject({ method: 'POST', url: '/v1.0/spaces/s/files/query?unionId=chy' });
});

test('an item that fails, is missing or is malformed fails alone', async () => {
  await using under = await start();

  const found = await find(under, [...inputs('1 lost'), ...inputs('gone 2'), ...inputs('odd 3')]);

  expect(found).toEqual([
    'file 1',
    'not-found',
    'malformed-response',
    'file 2',
    'malformed-response',
    'file 3',
  ]);
});

test('a refusal of the whole call is that of each input, and is cached for each', async () => {
  await using under = await start(() => ({ status: 404, body: { code: 'fileNotExist' } }));

  expect(await find(under, inputs('1 2'))).toEqual(['not-found', 'not-found']);
  expect(await find(under, inputs('2'))).toEqual(['not-found']);
  expect(under.asked()).toEqual(['s: 1 2']);
});

test('what is remembered is not asked for again, and viewers share nothing', async () => {
  await using under = await start();
  await find(under, inputs('1 2'));

  expect(await find(under, inputs('1 3 2 4'))).toEqual(['file 1', 'file 3', 'file 2', 'file 4']);
  expect(await find(under, inputs('1'), { unionId: 'lin' })).toEqual(['file 1']);
  expect(under.asked()).toEqual(['s: 1 2', 's: 3 4', 's: 1']);
});

test('what another request is asking for is waited for, and the rest asked for at once', async () => {
  await using under = await start();

  const found = await Promise.all([find(under, inputs('1 2')), find(under, inputs('2 3'))]);

  expect(found).toEqual([
    ['file 1', 'file 2'],
    ['file 2', 'file 3'],
  ]);
  expect(under.asked().toSorted()).toEqual(['s: 1 2', 's: 3']);
});

test('stale entries are served at once and revalidated in one call, with what is new', async () => {
  await using under = await start();
  await find(under, inputs('1 2'));
  under.clock.advance(1500);

  expect(await find(under, inputs('1 3'))).toEqual(['file 1', 'file 3']);
  expect(under.asked()).toEqual(['s: 1 2', 's: 1 3']);
  // The endpoint's own time, and not that of the cache: 1 was asked for again, 2 was not.
  expect(await find(under, inputs('1'))).toEqual(['file 1']);
  expect(under.calls).toHaveLength(2);
});

test('a call goes on for those who wait, and is aborted when the last has left', async () => {
  const first = Promise.withResolvers<Reply>();
  await using under = await start(({ body }) =>
    body.ids.includes('1') ? first.promise : answerItems({ method: '', url: '', body }),
  );
  const [gone, staying] = [new AbortableSignal(), new AbortableSignal()];
  const left = find(under, inputs('1'), chy, gone);
  const stayed = find(under, inputs('1'), chy, staying);
  gone.abort(new Error('gone'));
  expect(await left).toEqual(['Error: gone']);
  staying.abort(new Error('gone too'));

  expect(await stayed).toEqual(['Error: gone too']);
  first.resolve({ body: { items: [] } });
  // The flight has ended with its last waiter: a later lookup makes a call of its own.
  expect(await find(under, inputs('2'))).toEqual(['file 2']);
});

test('the attempts of a call are those of each of its lookups', async () => {
  let busy = true;
  await using under = await start((call) => {
    const reply = busy ? { status: 503, body: { code: 'systemError' } } : answerItems(call);
    busy = false;
    return reply;
  });
  const attempts: number[] = [];
  const waiting = { signal: new AbortableSignal(), remainingMs: () => 5000 };

  await Promise.all(
    under.cache.find(files, inputs('1 2'), chy, waiting, (_input, lookup) => attempts.push(lookup.attempts)),
  );

  expect(attempts).toEqual([2, 2]);
});

test('what a call that hangs leaves behind goes out together again', async () => {
  let hanging = true;
  await using under = await start((call) => (hanging ? new Promise(() => undefined) : answerItems(call)));
  const early = find(under, inputs('1 2'));
  await eventually(() => under.calls.length === 1);
  under.clock.advance(3000);
  const late = find(under, inputs('1 2'));
  hanging = false;
  under.clock.advance(1950);
  under.clock.advance(50);

  expect(await early).toEqual(['timeout', 'timeout']);
  expect(await late).toEqual(['file 1', 'file 2']);
  expect(under.asked()).toEqual(['s: 1 2', 's: 1 2']);
});

test('a stale entry whose revalidation gets no slot is served for a second more, and then waited for', async () => {
  await using under = await start(answerItems, { callsPerSecond: 1, timeoutMs: 500 });
  await find(under, inputs('1'));
  under.clock.advance(1500);
  await find(under, inputs('2'));
  const sources: string[] = [];
  const waiting = { signal: new AbortableSignal(), remainingMs: () => 500 };
  const ask = (): Promise<unknown> =>
    Promise.allSettled(
      under.cache.find(files, inputs('1'), chy, waiting, (_input, { source }) => sources.push(source)),
    );

  await ask();
  under.clock.advance(1500);
  await ask();

  expect(sources).toEqual(['memory', 'upstream']);
  expect(under.asked()).toEqual(['s: 1', 's: 2', 's: 1']);
});

test('a group that cannot be determined fails its lookups at once', async () => {
  await using under = await start();
  const broken: typeof files = {
    ...files,
    batch: {
      ...files.batch!,
      groupOf: () => {
        throw new Error('no group');
      },
    },
  };
  const waiting = { signal: new AbortableSignal(), remainingMs: () => 5000 };

  const found = await Promise.allSettled(under.cache.find(broken, inputs('1 2'), chy, waiting));

  expect(found.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
});

testWithRedis('with Redis the misses of a turn are one call, and another replica needs none', async () => {
  await using redis = await startRedis();
  await using under = await start(answerItems, { redisUrl: redis.url });
  const other = { ...under, cache: under.createCache() };
  await find(under, inputs('1 2'));

  expect(await find(under, inputs('1 3 4'))).toEqual(['file 1', 'file 3', 'file 4']);
  expect(await find(other, inputs('3 4 5'))).toEqual(['file 3', 'file 4', 'file 5']);
  expect(under.asked()).toEqual(['s: 1 2', 's: 3 4', 's: 5']);
});

testWithRedis('an entry that is stale in Redis is revalidated in the call for what is missing', async () => {
  await using redis = await startRedis();
  await using under = await start(answerItems, { redisUrl: redis.url });
  const other = { ...under, cache: under.createCache() };
  await find(under, inputs('1'));
  await makeOlder(redis.url, 1500);

  expect(await find(other, inputs('1 2'))).toEqual(['file 1', 'file 2']);
  await eventually(() => under.calls.length > 1);
  expect(under.asked()).toEqual(['s: 1', 's: 2 1']);
});

testWithRedis('a fresh lookup that joins the read of an older entry from Redis is made again', async () => {
  await using redis = await startRedis();
  await using under = await start(answerItems, { redisUrl: redis.url });
  const other = under.createCache();
  await find(under, inputs('1'));
  await makeOlder(redis.url, 6000);
  const waiting = { signal: new AbortableSignal(), remainingMs: () => 5000 };
  const ages: unknown[] = [];
  const noteAge: OnEnded<FileInput> = (_input, { ageMs }) => ages.push(ageMs);

  const found = await Promise.all([
    ...other.find(files, inputs('1'), chy, waiting),
    ...other.find(files, inputs('1'), chy, waiting, noteAge, { isFresh: true }),
  ]);

  expect(found).toEqual([{ name: 'file 1' }, { name: 'file 1' }]);
  expect([ages, under.asked()]).toEqual([[0], ['s: 1', 's: 1']]);
});

/** Time passes for the entries in Redis. */
async function makeOlder(url: string, ms: number): Promise<void> {
  const client = new Client(url);
  const entries = (): Promise<string[]> => client.keys('*lookup*');
  await eventually(async () => (await entries()).length > 0);
  for (const key of await entries()) {
    const held = (await client.getBuffer(key)) ?? Buffer.alloc(0);
    const askedAtMs = String(Number(held.subarray(0, 13)) - ms);
    await client.set(key, Buffer.concat([Buffer.from(askedAtMs), held.subarray(13)]), 'KEEPTTL');
  }
  client.disconnect();
}
