import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';

const script = path.resolve('scripts/release.ts');
const heading = 'This commit cannot be released.\n';

let clone: string;

const git = (...args: readonly string[]): string =>
  execFileSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@example.org', ...args], {
    cwd: clone,
    encoding: 'utf8',
  });

async function commit(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [file, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(clone, file)), { recursive: true });
    await writeFile(path.join(clone, file), text);
  }
  git('add', '.');
  git('commit', '--quiet', '--message', 'A commit');
}

/** Every release that has to be refused ends before it checks, tests and builds, which this clone could not. */
function release(): { readonly status: number | null; readonly stderr: string } {
  const { status, stderr } = spawnSync(process.execPath, [script], { cwd: clone, encoding: 'utf8' });
  expect(existsSync(path.join(clone, 'release'))).toBe(false);
  return { status, stderr };
}

beforeEach(async () => {
  clone = await mkdtemp(path.join(tmpdir(), 'gateway-clone-'));
  git('init', '--quiet');
  await commit({
    'package.json': '{ "version": "1.2.3", "scripts": { "check": "echo checked && exit 1" } }',
    'package-lock.json': '{ "version": "1.2.3" }',
    'CHANGELOG.md': '## [Unreleased]\n\n## [1.2.3] - 2026-01-02\n',
    Containerfile: 'FROM x\nARG VERSION=1.2.3\n',
    'compose.yaml': 'image: dingtalk-graphql-gateway:1.2.3\n',
    'deploy/kubernetes/base/kustomization.yaml': 'newTag: 1.2.3\n',
    'client/package.json': '{\n  "version": "1.2.3",\n  "name": "client"\n}\n',
    'client/package-lock.json': '{\n  "version": "1.2.3",\n  "lockfileVersion": 3\n}\n',
    'schema.graphql': 'type Query',
    'schema.released.graphql': 'type Query',
  });
});

afterEach(() => rm(clone, { recursive: true }));

test('a clone in order is checked, and nothing is packed after a failed check', () => {
  expect(release()).toEqual({
    status: 1,
    stderr: expect.stringMatching(/npm run check failed: nothing was packed\.\n$/),
  });
});

test('changes that are not committed are named', async () => {
  await writeFile(path.join(clone, 'new.txt'), '');

  expect(release()).toEqual({
    status: 1,
    stderr: `${heading}Commit or remove these changes first:\n?? new.txt\n`,
  });
});

test('a version has to stand everywhere, and the released schema to be the present one', async () => {
  await commit({
    'package.json': '{ "version": "1.3.0" }',
    'schema.graphql': 'type Query { a: Int }',
  });

  expect(release()).toEqual({
    status: 1,
    stderr:
      `${heading}CHANGELOG.md has no section "## [1.3.0] - <date>": add it.\n` +
      'package-lock.json has another version than package.json: run npm install --package-lock-only.\n' +
      'Containerfile has another version than package.json: set 1.3.0 there.\n' +
      'compose.yaml has another version than package.json: set 1.3.0 there.\n' +
      'deploy/kubernetes/base/kustomization.yaml has another version than package.json: set 1.3.0 there.\n' +
      'client/package.json has another version than package.json: set 1.3.0 there.\n' +
      'client/package-lock.json has another version than package.json: set 1.3.0 there.\n' +
      'schema.released.graphql is not the present schema: run npm run schema:release.\n',
  });
});

test('a version is released once', async () => {
  git('tag', '--annotate', 'v1.2.3', '--message', 'Version 1.2.3');
  expect(release().stderr).not.toContain(heading);

  await commit({ 'new.txt': '' });
  expect(release()).toEqual({
    status: 1,
    stderr: `${heading}The tag v1.2.3 is another commit: set the next version in package.json.\n`,
  });
});
