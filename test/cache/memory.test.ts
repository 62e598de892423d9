import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';

interface Weights {
  readonly maxEntries: number;
  /** Bytes in use with half of the entries, with all of them, and after twice as many more. */
  readonly halfFull: number;
  readonly full: number;
  readonly overfull: number;
  readonly entries: number;
}

test('an entry takes less than a kilobyte, and what goes beyond the limit takes nothing', async () => {
  const program = new URL('weigh-entries.ts', import.meta.url).pathname;
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', '--import', 'tsx', program]);
  const { maxEntries, halfFull, full, overfull, entries }: Weights = JSON.parse(stdout);

  expect(entries).toBe(maxEntries);
  const bytesPerEntry = (full - halfFull) / (maxEntries / 2);
  expect(bytesPerEntry).toBeGreaterThan(100);
  expect(bytesPerEntry).toBeLessThan(1000);
  expect(overfull - full).toBeLessThan((full - halfFull) / 2);
});
