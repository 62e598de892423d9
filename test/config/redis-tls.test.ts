import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readConfig } from '../support/read-config.ts';
import { selfSigned, selfSignedForNames } from '../support/self-signed.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'gateway-redis-files-'));
  const files = {
    cert: selfSigned.cert,
    key: selfSigned.key,
    other: selfSignedForNames.key,
    both: `${selfSigned.cert}\n${selfSigned.key}`,
    locked: '-----BEGIN ENCRYPTED PRIVATE KEY-----\nMII=\n-----END ENCRYPTED PRIVATE KEY-----',
    damaged: '-----BEGIN CERTIFICATE-----\nMII=\n-----END CERTIFICATE-----',
  };
  await Promise.all(
    Object.entries(files).map(([name, text]) => writeFile(path.join(folder, name), `${text}\n`)),
  );
});
afterAll(() => rm(folder, { recursive: true }));

const read = (variables: Readonly<Record<string, string>>, url = 'rediss://cache') =>
  readConfig({
    REDIS_URL: url,
    ...Object.fromEntries(
      Object.entries(variables).map(([name, file]) => [`REDIS_${name}_FILE`, path.join(folder, file)]),
    ),
  });

test('the files are read at the start', () => {
  expect(read({ CA: 'cert', CERT: 'cert', KEY: 'key' })).toMatchObject({
    ok: true,
    config: { redisTls: { ca: selfSigned.cert, cert: selfSigned.cert, key: selfSigned.key } },
    warnings: [],
  });
  expect(read({}).ok && read({ CA: 'cert' }, 'rediss+cluster://one,two').ok).toBe(true);
});

const certificates =
  'must name a file with certificates in PEM form: -----BEGIN CERTIFICATE----- and what follows';

test.each<[string, Readonly<Record<string, string>>, string, Readonly<Record<string, string>>]>([
  ['without TLS', { CA: 'cert' }, 'redis://cache', { CA: 'needs TLS: write rediss:// in REDIS_URL' }],
  [
    'without TLS to Sentinels',
    { CA: 'cert' },
    'redis+sentinel://one/service',
    { CA: 'needs TLS: write rediss+sentinel:// in REDIS_URL' },
  ],
  [
    'a certificate without its key',
    { CERT: 'cert' },
    'rediss://cache',
    { KEY: 'must be set with REDIS_CERT_FILE' },
  ],
  [
    'a key without its certificate',
    { KEY: 'key' },
    'rediss://cache',
    { CERT: 'must be set with REDIS_KEY_FILE' },
  ],
  [
    'the key of another certificate',
    { CERT: 'cert', KEY: 'other' },
    'rediss://cache',
    { KEY: 'must name the key of the first certificate in REDIS_CERT_FILE' },
  ],
  [
    'a key with its certificate',
    { CA: 'both' },
    'rediss://cache',
    { CA: 'must not name a file with a private key: it goes into one of its own' },
  ],
  ['a damaged certificate', { CA: 'damaged' }, 'rediss://cache', { CA: certificates }],
  ['a key as a certificate', { CA: 'locked' }, 'rediss://cache', { CA: expect.any(String) as never }],
  [
    'a key with a passphrase',
    { CERT: 'cert', KEY: 'locked' },
    'rediss://cache',
    {
      KEY: 'must name a file with a key that has no passphrase: remove it with openssl pkey, and protect the file',
    },
  ],
  [
    'no file',
    { CA: 'nothing' },
    'rediss://cache',
    { CA: 'names a file that does not exist: it must be the path of a file, not the secret' },
  ],
])('%s is a problem', (_what, variables, url, problems) => {
  const result = read(variables, url);

  expect(result.ok ? undefined : result.problems).toEqual(
    Object.entries(problems).map(([name, message]) => ({ variable: `REDIS_${name}_FILE`, message })),
  );
});

test('without REDIS_URL they have no effect', () => {
  expect(read({ CA: 'cert' }, '')).toMatchObject({
    ok: true,
    warnings: ['REDIS_CA_FILE has no effect without REDIS_URL'],
  });
});
