import { expect, test } from '@jest/globals';
import { loadRuru } from '../../src/explorer/load-ruru.ts';

test('a file of the explorer is decompressed once, and all clients without Brotli share it', async () => {
  const { getStaticFile } = await loadRuru();
  const load = (urlPath: string, acceptEncoding?: string) =>
    getStaticFile({ staticPath: '/a/', urlPath, acceptEncoding, disallowDevAssets: true });

  const [first, again] = await Promise.all([load('/a/ruru.js'), load('/a/ruru.js?again', 'gzip')]);
  const later = await load('/a/ruru.js');
  const compressed = await load('/a/ruru.js', 'gzip, br');

  expect(first?.headers).not.toHaveProperty('content-encoding');
  expect(again?.content).toBe(first?.content);
  expect(later?.content).toBe(first?.content);
  expect(compressed?.headers).toMatchObject({ 'content-encoding': 'br' });
  expect(await load('/a/nothing.js')).toBeNull();
});
