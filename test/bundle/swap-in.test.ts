import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { clearLeftovers, swapIn, workFolders } from '../../scripts/bundle/swap-in.ts';

/** Above every id that Linux gives. */
const ended = 2 ** 22 + 1;
let folder = '';
let dist = '';

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'swap-'));
  dist = path.join(folder, 'dist');
});
afterEach(() => rm(folder, { recursive: true }));

async function write(outdir: string, text: string): Promise<void> {
  await mkdir(outdir, { recursive: true });
  await writeFile(path.join(outdir, 'main.js'), text);
}
const read = (): Promise<string> => readFile(path.join(dist, 'main.js'), 'utf8');

test('a build replaces the last one, or becomes the first', async () => {
  for (const text of ['first', 'second']) {
    await write(workFolders(dist).built, text);
    await swapIn(dist);
    expect(await read()).toBe(text);
    expect(await readdir(folder)).toEqual(['dist']);
  }
});

test('the last build stays if there is no new one', async () => {
  await write(dist, 'old');

  await expect(swapIn(dist)).rejects.toThrow('ENOENT');

  expect(await read()).toBe('old');
  expect(await readdir(folder)).toEqual(['dist']);
});

test('of simultaneous builds one ends up in place, complete, and all succeed', async () => {
  await write(dist, 'old');
  const pids = [1, 2, 3, 4, 5];
  await Promise.all(pids.map((pid) => write(workFolders(dist, pid).built, `by ${pid}`)));

  await Promise.all(pids.map((pid) => swapIn(dist, pid)));

  expect(pids.map((pid) => `by ${pid}`)).toContain(await read());
  expect(await readdir(folder)).toEqual(['dist']);
});

test('leftovers of killed builds are removed, the folders of running builds and others stay', async () => {
  await write(dist, 'kept');
  await write(workFolders(dist, ended).built, 'half');
  await write(workFolders(dist, ended).retired, 'older');
  await write(workFolders(dist, process.ppid).built, 'at work');
  await write(`${dist}.tar`, 'of others');

  await clearLeftovers(dist);

  expect(await readdir(folder)).toEqual(['dist', `dist.new-${process.ppid}`, 'dist.tar']);
  expect(await read()).toBe('kept');
});

test('after a build was killed between its two steps, the retired build is restored', async () => {
  await write(workFolders(dist, ended).built, 'new');
  await write(workFolders(dist, ended).retired, 'old');

  await clearLeftovers(dist);

  expect(await readdir(folder)).toEqual(['dist']);
  expect(await read()).toBe('old');
});
