import { cp, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startProcess } from '../support/gateway-process.ts';

const details = ' docs/deployment.md#other-machines has the details.\n';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'gateway-machine-'));
  await cp('scripts/check-machine.cjs', path.join(folder, 'check-machine.cjs'));
});

afterAll(() => rm(folder, { recursive: true }));

interface Machine {
  readonly platform: string;
  readonly arch: string;
  readonly version: string;
  /** Undefined: another C library, as on Alpine. */
  readonly glibc?: string;
}

const linux: Machine = { platform: 'linux', arch: 'x64', version: 'v24.21.0', glibc: '2.36' };

/** Writes a script that lets Node believe that it runs on `machine`. */
async function pretend({ glibc, ...properties }: Machine): Promise<string> {
  const file = path.join(folder, 'pretend.cjs');
  const report = `{ getReport: () => ({ header: ${JSON.stringify({ glibcVersionRuntime: glibc })} }) }`;
  const lines = Object.entries(properties).map(
    ([name, value]) => `Object.defineProperty(process, '${name}', { value: '${value}' });`,
  );
  await writeFile(
    file,
    [...lines, `Object.defineProperty(process, 'report', { value: ${report} });`].join('\n'),
  );
  return file;
}

async function check(machine: Machine): Promise<{ readonly code: number | null; readonly stderr: string }> {
  const script = path.join(folder, 'check-machine.cjs');
  await using run = startProcess([process.execPath, '--require', await pretend(machine), script]);
  const code = await run.ended;
  return { code, stderr: run.output().stderr };
}

async function install(...packages: readonly string[]): Promise<void> {
  await rm(path.join(folder, 'node_modules'), { recursive: true, force: true });
  for (const name of packages) {
    await mkdir(path.join(folder, 'node_modules', name), { recursive: true });
    await writeFile(path.join(folder, 'node_modules', name, 'package.json'), '{}');
  }
}

const macOS: Machine = { platform: 'darwin', arch: 'arm64', version: 'v24.21.0' };

test.each<[string, Machine, string]>([
  [
    'Windows',
    { ...linux, platform: 'win32' },
    'Windows is not supported. Use WSL 2, which is a Linux machine.',
  ],
  [
    'Linux with Node 20',
    { ...linux, version: 'v20.11.0' },
    'Node 24 is needed and this is v20.11.0. Run npm ci, without --omit=optional: it installs Node 24.',
  ],
  [
    'Alpine with Node 20',
    { platform: 'linux', arch: 'x64', version: 'v20.11.0' },
    'Node 24 is needed and this is v20.11.0. Install Node 24, for instance with nvm install, and run npm ci again.',
  ],
  [
    'macOS with Node 22',
    { ...macOS, version: 'v22.20.0' },
    'Node 24 is needed and this is v22.20.0. Install Node 24, for instance with nvm install, and run npm ci again.',
  ],
  [
    'another processor with Node 9',
    { ...linux, arch: 's390x', version: 'v9.11.2' },
    'Node 24 is needed and this is v9.11.2. Install Node 24, for instance with nvm install, and run npm ci again.',
  ],
])('on %s one sentence says what to do', async (_name, machine, sentence) => {
  expect(await check(machine)).toEqual({ code: 1, stderr: sentence + details });
});

const onMac = ['typescript', '@typescript/typescript-darwin-arm64', 'esbuild', '@esbuild/darwin-arm64'];

test('with Node 24 and its packages any other machine is accepted', async () => {
  await install(...onMac);

  expect(await check(macOS)).toEqual({ code: 0, stderr: '' });
});

test.each([
  ['nothing is installed', [], onMac],
  ['optional packages are omitted', ['typescript', 'esbuild'], onMac.filter((name) => name.startsWith('@'))],
  [
    'the packages are those of another machine',
    ['typescript', '@typescript/typescript-linux-x64', 'esbuild', '@esbuild/linux-x64'],
    onMac.filter((name) => name.startsWith('@')),
  ],
])('where %s one sentence names the packages', async (_how, installed, missing) => {
  await install(...installed);

  expect(await check(macOS)).toEqual({
    code: 1,
    stderr: `Packages are missing: ${missing.join(', ')}. Run npm ci on this machine, without --omit.${details}`,
  });
});

test.each([['start'], ['run', '--silent', 'build']])(
  'npm %s checks the machine before it builds anything',
  async (...words) => {
    const built = await stat('dist/main.js');
    const NODE_OPTIONS = `--require=${await pretend({ ...linux, version: 'v20.11.0' })}`;
    await using npm = startProcess(['npm', ...words], { NODE_OPTIONS, PORT: '0' });

    expect(await npm.ended).toBe(1);
    expect(npm.output().stderr).toBe(
      `Node 24 is needed and this is v20.11.0. Run npm ci, without --omit=optional: it installs Node 24.${details}`,
    );
    expect((await stat('dist/main.js')).mtimeMs).toBe(built.mtimeMs);
  },
);

test('so does every script that would fail with a stack', async () => {
  const { scripts } = JSON.parse(await readFile('package.json', 'utf8')) as {
    scripts: Record<string, string>;
  };
  const checked = Object.keys(scripts).filter(
    (name) => scripts[`pre${name}`] === 'node scripts/check-machine.cjs',
  );

  const checks =
    'build dev test check schema schema:check rules supergraph example bench plan codegen pictures';
  expect(checked).toEqual(checks.split(' '));
});
