import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Config } from '../../src/config/config.ts';
import { fileVariables } from '../../src/config/secret-files.ts';
import { readPage } from '../support/pages.ts';
import { readConfig } from '../support/read-config.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'gateway-secrets-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function fileOf(content: string | Uint8Array): Promise<string> {
  const file = path.join(folder, String(Math.random()));
  await writeFile(file, content);
  return file;
}

function configOf(environment: NodeJS.ProcessEnv): Config {
  const result = readConfig(environment);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.config;
}

const live = { DINGTALK_APP_KEY: 'key', VIEWER_AUTH: 'dingtalk' };

test.each([
  ['without a line end', 'a-secret'],
  ['with one', 'a-secret\n'],
  ['with that of Windows', 'a-secret\r\n'],
])('a secret is the content of its file, %s', async (_form, content) => {
  const { dingtalk } = configOf({ ...live, DINGTALK_APP_SECRET_FILE: await fileOf(content) });

  expect(dingtalk.app).toEqual({ kind: 'internal', appKey: 'key', appSecret: 'a-secret' });
});

test('only the last line end is left out: another one is no part of a secret', async () => {
  const result = readConfig({ ...live, DINGTALK_APP_SECRET_FILE: await fileOf('one\ntwo\n') });

  expect(result).toMatchObject({
    ok: false,
    problems: [{ variable: 'DINGTALK_APP_SECRET', message: 'must contain printable ASCII characters only' }],
  });
});

test('Redis with its password, the keys of clients and the key of the log may be files', async () => {
  const config = configOf({
    ...live,
    DINGTALK_APP_SECRET: 'secret',
    VIEWER_AUTH: 'fixed',
    DINGTALK_OPERATOR_UNION_ID_FILE: await fileOf('operator'),
    GATEWAY_API_KEYS_FILE: await fileOf('5d41402abc4b2a76b9719d911017c592'),
    REDIS_URL_FILE: await fileOf('redis://:hunter2@redis.example:6380/1\n'),
    VIEWER_LOG_KEY_FILE: await fileOf('7d793037a0760186574b0282f2f435e7'),
  });

  expect(config.viewer).toMatchObject({ kind: 'fixed', operatorUnionId: 'operator' });
  expect(config.redisUrl?.href).toBe('redis://:hunter2@redis.example:6380/1');
  expect(config.viewerLogKey).toBe('7d793037a0760186574b0282f2f435e7');
});

const wrongFiles: readonly [string, () => Promise<string>, string][] = [
  [
    'is missing',
    async () => path.join(folder, 'none'),
    'names a file that does not exist: it must be the path of a file, not the secret',
  ],
  [
    'is below a file',
    async () => path.join(await fileOf('x'), 'none'),
    'names a file that does not exist: a part of the path is no folder',
  ],
  ['is a folder', async () => folder, 'must name a file, not a folder or a device'],
  ['is a device', async () => '/dev/zero', 'must name a file, not a folder or a device'],
  ['is empty', () => fileOf('\n'), 'names a file that is empty: write the secret into it'],
  ['is too long', () => fileOf('a'.repeat(65_537)), 'must name a file of at most 65536 bytes'],
  ['is no text', () => fileOf(Uint8Array.of(0xff, 0xfe)), 'names a file that is not text in UTF-8'],
  ['is no path', async () => 'a'.repeat(300), 'must be the path of a file, not the secret'],
];

test.each(wrongFiles)(
  'a file that %s is one problem, which does not show it',
  async (_what, file, message) => {
    const result = readConfig({ ...live, DINGTALK_APP_SECRET_FILE: await file() });

    expect(result).toEqual({
      ok: false,
      problems: [{ variable: 'DINGTALK_APP_SECRET_FILE', message }],
      hints: [],
    });
  },
);

test('a secret and its file at once are a problem', async () => {
  const result = readConfig({
    ...live,
    DINGTALK_APP_SECRET: 'secret',
    DINGTALK_APP_SECRET_FILE: await fileOf('other'),
  });

  expect(result).toMatchObject({
    ok: false,
    problems: [
      {
        variable: 'DINGTALK_APP_SECRET_FILE',
        message: 'must not be set together with DINGTALK_APP_SECRET: remove one of the two',
      },
    ],
  });
});

test('a weak secret and a misspelt name are found in files as well', async () => {
  const result = readConfig({
    HOST: '0.0.0.0',
    DINGTALK_MODE: 'sandbox',
    VIEWER_AUTH: 'router',
    ROUTER_SECRET_FILE: await fileOf('short'),
    ROUTER_SECRET_FIEL: 'x',
  });

  expect(result).toMatchObject({
    ok: true,
    warnings: [
      'ROUTER_SECRET_FIEL is not a variable of the gateway and is ignored: did you mean ROUTER_SECRET_FILE?',
      expect.stringContaining('ROUTER_SECRET is shorter than 16 characters'),
    ],
  });
});

test('docs/configuration.md names every variable that may be a file', async () => {
  const section =
    /## Secrets from files\n(.*?)\n## /s.exec(await readPage('docs/configuration.md'))?.[1] ?? '';

  expect([...section.matchAll(/`(\w+)_FILE`/g)].map(([, name]) => name).toSorted()).toEqual(
    fileVariables.toSorted(),
  );
});
