import { expect, test } from '@jest/globals';
import { mkdir } from 'node:fs/promises';
import { startProcess } from '../support/gateway-process.ts';
import { readConfig } from '../support/read-config.ts';
import { documentFolder, sha256, spaceOf } from './document-files.ts';

const typename = '{ __typename }';
const neither =
  'is neither a JSON object of ids and documents nor a manifest of Apollo, version 1: generate it again';
const none = "holds no documents: name the file that the frontend's build has written, or none";
const manifest = { format: 'apollo-persisted-query-manifest', version: 1, operations: [] };

test.each<[string, string | object | Uint8Array, string]>([
  ['is not JSON', '{', 'is not JSON: generate it again'],
  ['is empty', '', 'is not JSON: generate it again'],
  ['is no text', new Uint8Array([0xff, 0xfe]), 'is not text in UTF-8: generate it again'],
  ['is a list', [typename], neither],
  ['has a document that is no text', { id: { query: typename } }, neither],
  ['is a manifest of another version', { ...manifest, version: 2 }, neither],
  ['is a manifest whose operations have other names', { ...manifest, operations: [{ hash: 'x' }] }, neither],
  ['has no documents', {}, none],
  ['is a manifest without any', manifest, none],
  [
    'is too large',
    ' '.repeat(4 * 1024 * 1024 + 1),
    'is larger than 4 MiB: leave out what is not sent to this gateway',
  ],
  ['has an empty id', { '': typename }, 'has a document without an id: generate it again'],
  [
    'has an id that is only a prefix',
    { 'sha256:': typename },
    'has a document without an id: generate it again',
  ],
])('a file that %s is a problem that names it', async (_what, content, problem) => {
  await using folder = await documentFolder({ 'documents.json': content, 'good.json': { id: typename } });
  const PERSISTED_DOCUMENTS = [folder.pathOf('good.json'), folder.pathOf('documents.json')].join(',');

  expect(readConfig({ PERSISTED_DOCUMENTS })).toMatchObject({
    ok: false,
    problems: [
      {
        variable: 'PERSISTED_DOCUMENTS',
        message: `names ${folder.pathOf('documents.json')}, which ${problem}`,
      },
    ],
  });
});

test('a path that leads to no file is a problem', async () => {
  await using folder = await documentFolder({ 'good.json': { id: typename } });
  await mkdir(folder.pathOf('folder'));
  const messageFor = (name: string): unknown => {
    const result = readConfig({ PERSISTED_DOCUMENTS: folder.pathOf(name) });
    return result.ok ? undefined : result.problems[0]?.message.split(', which ')[1];
  };

  expect(['none.json', 'folder', 'good.json/below'].map(messageFor)).toEqual([
    'does not exist: correct the path, or mount the file',
    'is no file: name the file itself, not a folder or a device',
    'does not exist, because a part of the path is no folder: correct it',
  ]);
  expect(readConfig({ PERSISTED_DOCUMENTS: ' , ' })).toMatchObject({
    problems: [{ variable: 'PERSISTED_DOCUMENTS', message: 'must name a file' }],
  });
});

test('an id that stands for two documents is a problem, and one in two files for the same is none', async () => {
  const hash = sha256(typename);
  await using folder = await documentFolder({
    'a.json': { id: typename, [hash]: typename },
    'b.json': { id: spaceOf },
    'c.json': { id: typename, [`sha256:${hash}`]: typename },
    'd.json': {
      ...manifest,
      operations: [
        { id: 'x', body: typename },
        { id: 'x', body: spaceOf },
      ],
    },
    'e.json': `{ "y": "${typename}", "y" : "${typename} # \\"{" }`,
  });
  const read = (...names: string[]) =>
    readConfig({ PERSISTED_DOCUMENTS: names.map(folder.pathOf).join(',') });
  const remedy = 'for two documents: an id must stand for one, such as its SHA-256';

  expect([read('a.json', 'b.json'), read('d.json'), read('e.json')]).toMatchObject([
    {
      problems: [
        {
          message: `names ${folder.pathOf('a.json')} and ${folder.pathOf('b.json')}, which have the id "id" ${remedy}`,
        },
      ],
    },
    { problems: [{ message: `names ${folder.pathOf('d.json')}, which has the id "x" ${remedy}` }] },
    { problems: [{ message: `names ${folder.pathOf('e.json')}, which has the id "y" ${remedy}` }] },
  ]);
  expect(read('a.json', 'c.json', 'a.json').ok).toBe(true);
});

test('an id may be a name that JavaScript gives a meaning', async () => {
  await using folder = await documentFolder({
    'names.json': `{ "__proto__": "${typename}", "constructor": "${typename}" }`,
    'proto.json': `{ "__proto__": { "a": "${typename}" } }`,
    'twice.json': `{ "a": { "b": "${typename}" }, "a": "${typename}" }`,
  });
  const read = (name: string) => readConfig({ PERSISTED_DOCUMENTS: folder.pathOf(name) });

  expect(read('names.json')).toMatchObject({
    ok: true,
    config: { persistedDocuments: { documents: [{ id: '__proto__' }, { id: 'constructor' }] } },
  });
  expect([read('proto.json'), read('twice.json')]).toMatchObject(
    ['proto.json', 'twice.json'].map((name) => ({
      problems: [{ message: `names ${folder.pathOf(name)}, which ${neither}` }],
    })),
  );
});

test('an id with sha256: must be that of its document, any other may be anything', async () => {
  const hash = sha256(spaceOf);
  await using folder = await documentFolder({
    'prefixed.json': { [`sha256:${hash}`]: `${spaceOf}\n` },
    'bare.json': { [hash]: `${spaceOf}\n` },
  });
  const read = (name: string) => readConfig({ PERSISTED_DOCUMENTS: folder.pathOf(name) });

  expect(read('prefixed.json')).toMatchObject({
    problems: [
      {
        message: `names ${folder.pathOf('prefixed.json')}, whose id "sha256:${hash}" is not the SHA-256 of its document: generate it again, and do not edit it`,
      },
    ],
  });
  expect(read('bare.json').ok).toBe(true);
});

test('what shuts everything out, or the explorer in, is a problem', async () => {
  await using folder = await documentFolder({ 'good.json': { id: typename } });
  const PERSISTED_DOCUMENTS = folder.pathOf('good.json');

  expect([
    readConfig({ PERSISTED_DOCUMENTS_ONLY: '1' }),
    readConfig({ PERSISTED_DOCUMENTS_ONLY: 'yes' }),
    readConfig({ PERSISTED_DOCUMENTS, PERSISTED_DOCUMENTS_ONLY: '1', IDE: 'on' }),
  ]).toMatchObject([
    {
      problems: [
        {
          variable: 'PERSISTED_DOCUMENTS',
          message: 'must be set with PERSISTED_DOCUMENTS_ONLY=1, which executes nothing else',
        },
      ],
    },
    { problems: [{ variable: 'PERSISTED_DOCUMENTS_ONLY', message: 'must be one of: 0, 1' }] },
    {
      problems: [
        {
          variable: 'IDE',
          message:
            'must not be on with PERSISTED_DOCUMENTS_ONLY=1, which executes nothing that is written in the explorer: remove one of the two',
        },
      ],
    },
  ]);
  const both = readConfig({ PERSISTED_DOCUMENTS, PERSISTED_DOCUMENTS_ONLY: '1' });
  const some = readConfig({ PERSISTED_DOCUMENTS });
  expect([both, some]).toMatchObject([{ config: { explorer: false } }, { config: { explorer: true } }]);
});

test('documents that can never be executed end the start and --check with 78, by file, id and reason', async () => {
  await using folder = await documentFolder({
    'bad.json': {
      unparsed: '{ space(',
      unknown: '{ spaces { spaceId } }',
      long: `{ ${'__typename '.repeat(5001)} }`,
      wide: `{ ${Array.from({ length: 101 }, (_, n) => `a${n}: __typename`).join(' ')} }`,
      directives: `{ __typename ${'@include(if: true) '.repeat(21)} }`,
      mutation: 'mutation { a }',
      fragment: 'fragment F on Space { spaceId }',
      introspection: '{ __schema { types { name } } }',
      good: typename,
    },
  });
  const environment = {
    PERSISTED_DOCUMENTS: folder.pathOf('bad.json'),
    DINGTALK_MODE: 'sandbox',
    NODE_ENV: 'production',
    ALLOW_ANONYMOUS: '1',
    PORT: '0',
  };

  for (const words of [[], ['--check']]) {
    await using started = startProcess([process.execPath, 'dist/main.js', ...words], environment);
    const code = await started.ended;
    const { stderr } = started.output();

    const lines = stderr.trim().split('\n');
    expect([code, lines[0]]).toEqual([78, 'The gateway did not start. Correct these environment variables:']);
    const start = `  PERSISTED_DOCUMENTS names ${folder.pathOf('bad.json')}, whose document `;
    const remedy = " Correct it in the frontend, and generate the file again from this gateway's schema.";
    const said = lines.slice(1).map((line) => line.replace(start, '').replace(remedy, ''));
    expect(said).toEqual([
      expect.stringMatching(/^"unparsed" can never be executed: Syntax Error: Expected Name, found <EOF>\.$/),
      expect.stringMatching(/^"unknown" can never be executed: Cannot query field "spaces" on type "Query"/),
      expect.stringMatching(
        /^"long" can never be executed: Syntax Error: Document contains mor.* 5000 tokens/,
      ),
      expect.stringMatching(/^"wide" can never be executed: This operation has 101 /),
      expect.stringMatching(/^"directives" can never be executed: /),
      expect.stringMatching(/^"mutation" can never be executed: /),
      '"fragment" can never be executed: Fragment "F" is never used.',
      expect.stringMatching(
        /^"introspection" can never be executed: GraphQL introspection has been disabled/,
      ),
    ]);
  }
});

test('--check and the first log line say how many documents are persisted', async () => {
  await using folder = await documentFolder({ 'good.json': { id: typename, other: spaceOf } });
  const environment = { PERSISTED_DOCUMENTS: folder.pathOf('good.json'), PORT: '0' };
  await using checked = startProcess([process.execPath, 'dist/main.js', '--check'], environment);
  await using only = startProcess([process.execPath, 'dist/main.js'], {
    ...environment,
    PERSISTED_DOCUMENTS_ONLY: '1',
  });

  expect(await checked.ended).toBe(0);
  expect(checked.output().stdout).toContain('  documents 2 persisted, and any other\n');
  await only.url;
  expect(only.output().stdout).toContain('"documents":"2 persisted, and no others"');
  expect(only.output().stdout).not.toContain('"explorer"');
});
