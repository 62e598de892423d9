import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startProcess } from '../support/gateway-process.ts';

const missing =
  'The explorer is not available: the package ruru cannot be loaded. Install it with npm ci, or set IDE=off.';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'gateway-without-ruru-'));
  await cp('dist', path.join(folder, 'dist'), { recursive: true });
  await cp('package.json', path.join(folder, 'package.json'));
});

afterAll(() => rm(folder, { recursive: true }));

async function writeBrokenRuru(): Promise<void> {
  const ruru = path.join(folder, 'node_modules/ruru');
  await mkdir(ruru, { recursive: true });
  await writeFile(
    path.join(ruru, 'package.json'),
    '{ "name": "ruru", "exports": { "./other": "./other.js" } }',
  );
}

test.each([
  ['missing', async () => undefined, 'ERR_MODULE_NOT_FOUND'],
  ['another one', writeBrokenRuru, 'ERR_PACKAGE_PATH_NOT_EXPORTED'],
])(
  'where the package of the explorer is %s, log and page say so, and queries are answered',
  async (_how, prepare, code) => {
    await prepare();
    await using run = startProcess([process.execPath, path.join(folder, 'dist/main.js')], { PORT: '0' });
    const url = await run.url;
    const page = async (from: string) => {
      const response = await fetch(new URL(from, url), { headers: { accept: 'text/html' } });
      return [response.status, response.headers.get('content-type'), await response.text()];
    };

    expect(await page('/')).toEqual([503, 'text/plain; charset=utf-8', missing]);
    expect(await page('/graphql')).toEqual([503, 'text/plain; charset=utf-8', missing]);
    const answer = await fetch(`${url}?query={__typename}`, { headers: { 'apollo-require-preflight': '1' } });
    expect(await answer.json()).toEqual({ data: { __typename: 'Query' } });

    run.child.kill('SIGTERM');
    expect(await run.ended).toBe(0);
    const { stdout, stderr } = run.output();
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.filter(({ msg }) => msg === missing)).toEqual([
      {
        level: 'warn',
        time: expect.any(Number),
        pid: expect.any(Number),
        hostname: expect.any(String),
        code,
        msg: missing,
      },
    ]);
    expect(stdout + stderr).not.toMatch(/\bat .*:\d+:\d+/);
  },
);
