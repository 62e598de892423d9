import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { startCachedGateway } from '../support/cached-gateway.ts';

interface Weights {
  readonly maxEntries: number;
  /** Bytes in use with half of the entries, with all of them, and after twice as many more. */
  readonly halfFull: number;
  readonly full: number;
  readonly overfull: number;
  readonly entries: number;
  /** The cache's own estimate. */
  readonly estimated: number;
}

test.each(['answers', 'refusals'])(
  'an entry takes less than a kilobyte, close to the estimate, and memory stays within the limit: %s',
  async (of) => {
    const program = new URL('weigh-entries.ts', import.meta.url).pathname;
    const { stdout } = await promisify(execFile)(process.execPath, [
      '--expose-gc',
      '--import',
      'tsx',
      program,
      of,
    ]);
    const { maxEntries, halfFull, full, overfull, entries, estimated }: Weights = JSON.parse(stdout);

    expect(entries).toBe(maxEntries);
    const bytesPerEntry = (full - halfFull) / (maxEntries / 2);
    expect(bytesPerEntry).toBeGreaterThan(100);
    expect(bytesPerEntry).toBeLessThan(1000);
    const estimatedPerEntry = estimated / entries;
    expect([bytesPerEntry / estimatedPerEntry > 0.6, bytesPerEntry / estimatedPerEntry < 1.1]).toEqual([
      true,
      true,
    ]);
    expect(overfull - full).toBeLessThan((full - halfFull) / 2);
  },
);

test('memory holds no more than CACHE_MAX_BYTES', async () => {
  await using gateway = await startCachedGateway({ CACHE_MAX_BYTES: '10000' });
  for (let index = 0; index < 50; index += 1) await gateway.lookUp(`cid.demo.${index}`);
  const asked = gateway.asked().length;

  await gateway.lookUp('cid.demo.49');
  expect(gateway.asked()).toHaveLength(asked);
  await gateway.lookUp('cid.demo.0');
  expect(gateway.asked()).toHaveLength(asked + 1);

  const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
  const bytes = Number(/^dingtalk_gateway_cache_bytes (\d+)$/m.exec(metrics)?.[1]);
  expect(bytes).toBeGreaterThan(5000);
  expect(bytes).toBeLessThanOrEqual(10_000);
});

test('an answer longer than CACHE_MAX_BYTES is served and not cached', async () => {
  await using gateway = await startCachedGateway({ CACHE_MAX_BYTES: '1000' });
  const spaceId = 'x'.repeat(2000);
  const body = JSON.stringify({ space: { spaceId, corpId: 'ding1234xxxxx' } });
  gateway.upstream.addFault('conversationSpace', { kind: 'answer', status: 200, body });

  const answers = [await gateway.lookUp('cid.demo.a'), await gateway.lookUp('cid.demo.a')];

  expect(answers.map(({ body }) => body.data.conversationSpace.spaceId)).toEqual([spaceId, spaceId]);
  expect(gateway.asked()).toHaveLength(2);
});
