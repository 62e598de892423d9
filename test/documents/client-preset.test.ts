import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { startGateway } from '../support/start-gateway.ts';
import { documentFolder } from './document-files.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

test('what the client preset of codegen writes is read, and its hashes are what clients send', async () => {
  const preset = { preset: 'client', config: { scalars: { DateTime: 'string', SafeInt: 'number' } } };
  await using folder = await documentFolder({});
  const config = {
    schema: 'schema.graphql',
    documents: 'examples/frontend/*.ts',
    generates: {
      [folder.pathOf('sha256/')]: {
        ...preset,
        presetConfig: { persistedDocuments: { hashAlgorithm: 'sha256' } },
      },
      [folder.pathOf('sha1/')]: {
        ...preset,
        presetConfig: { persistedDocuments: { hashAlgorithm: 'sha1' } },
      },
    },
  };
  await using written = await documentFolder({ 'codegen.json': config });

  const { stderr, status } = spawnSync(
    process.execPath,
    ['node_modules/.bin/graphql-codegen', '--config', written.pathOf('codegen.json'), '--errors-only'],
    { cwd: root, encoding: 'utf8' },
  );
  expect([status, stderr]).toEqual([0, '']);

  const names = ['sha256', 'sha1'].map((hash) => folder.pathOf(`${hash}/persisted-documents.json`));
  const texts = await Promise.all(names.map((name) => readFile(name, 'utf8')));
  const ids = texts.map((text) => Object.keys(JSON.parse(text) as object)[0] ?? '');
  expect(ids).toEqual([
    expect.stringMatching(/^sha256:[\da-f]{64}$/),
    expect.stringMatching(/^[\da-f]{40}$/),
  ]);
  await using gateway = await startGateway({
    environment: { PERSISTED_DOCUMENTS: names.join(','), PERSISTED_DOCUMENTS_ONLY: '1' },
  });
  for (const documentId of [...ids, ids[0]?.replace('sha256:', '')]) {
    const response = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ documentId, variables: { openConversationId: 'cid9FTRQSLo+sKxxxx' } }),
    });

    expect(await response.json()).toMatchObject({ data: { conversationSpace: { spaceId: '798xxxxx' } } });
  }
});
