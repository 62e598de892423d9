import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { startProcess } from '../support/gateway-process.ts';

const soak = (...args: readonly string[]) => startProcess(['npm', 'run', '--silent', 'soak', '--', ...args]);

test('a short soak ends by itself, finds no problem, and writes its table', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'soak-'));
  const file = path.join(folder, 'soak.md');
  await using run = soak('--minutes', '0.1', '--rate', '20', '--out', file);

  expect([await run.ended, run.output().stderr]).toEqual([0, expect.not.stringContaining('wrong:')]);
  const page = await readFile(file, 'utf8');
  await rm(folder, { recursive: true });

  expect(run.output().stdout).toContain(page);
  expect(page).toMatch(/^\| lookups +\| [1-9]/m);
  expect(page).toMatch(/^\| wrong answers +\| 0 /m);
  expect(page).toMatch(/^\| RSS after the first minute, at the end +\| \d+ MB, \d+ MB /m);
});

test.each([
  [['--minutes', 'ten'], '--minutes must be a number from 0.1 to 1440, not "ten"'],
  [['--rate', '0'], '--rate must be a number from 1 to 1000, not "0"'],
  [['--hours', '1'], "Unknown option '--hours'"],
  [['10'], "Unexpected argument '10'"],
])('%j is refused, with what to correct', async (args, remedy) => {
  await using run = soak(...args);

  expect(await run.ended).toBe(2);
  expect(run.output().stdout).toBe('');
  expect(run.output().stderr).toContain(remedy);
  expect(run.output().stderr).toContain('Usage: npm run soak --');
});
