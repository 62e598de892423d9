import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { startGateway } from '../support/start-gateway.ts';
import { documentFolder, sha256 } from './document-files.ts';

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

/** Written by relay-compiler 21 with `persistConfig: { file }`. */
const relayFile =
  '{\n  "3a728482bf104419ab1d2acd826e8839": "query AppQuery(\\n  $id: ID!\\n) {\\n  conversationSpace(openConversationId: $id) {\\n    spaceId\\n    dentries(first: 2) {\\n      nodes {\\n        name\\n        thumbnail {\\n          url\\n        }\\n      }\\n    }\\n  }\\n}\\n"\n}';
/** Written by @apollo/generate-persisted-query-manifest 1.4. */
const apolloManifest =
  '{\n  "format": "apollo-persisted-query-manifest",\n  "version": 1,\n  "operations": [\n    {\n      "id": "d78172efa0963c7c459fab1fde1f6d5736a35215dcb3b04bb2df40ea3e97ebbe",\n      "name": "SpaceOf",\n      "type": "query",\n      "body": "query SpaceOf($id: ID!) {\\n  conversationSpace(openConversationId: $id) {\\n    spaceId\\n    dentries(first: 2) {\\n      nodes {\\n        name\\n        __typename\\n      }\\n      __typename\\n    }\\n    __typename\\n  }\\n}"\n    }\n  ]\n}';

test("the files of Relay's compiler and of Apollo's tool are read as they are written", async () => {
  await using folder = await documentFolder({ 'relay.json': relayFile, 'manifest.json': apolloManifest });
  const names = ['relay.json', 'manifest.json'].map(folder.pathOf);
  await using gateway = await startGateway({
    environment: { PERSISTED_DOCUMENTS: names.join(','), PERSISTED_DOCUMENTS_ONLY: '1' },
  });
  const [relayId, relayText] = Object.entries<string>(JSON.parse(relayFile))[0]!;
  const { operations } = JSON.parse(apolloManifest) as { operations: { id: string; body: string }[] };
  const { id, body } = operations[0]!;
  expect([relayId, id]).toEqual([createHash('md5').update(relayText).digest('hex'), sha256(body)]);

  const variables = { id: 'cid9FTRQSLo+sKxxxx' };
  const persistedQuery = { version: 1, sha256Hash: id };
  for (const named of [{ documentId: relayId }, { documentId: id }, { extensions: { persistedQuery } }]) {
    const response = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...named, variables }),
    });

    expect(await response.json()).toMatchObject({
      data: { conversationSpace: { spaceId: '798xxxxx', dentries: { nodes: [{}, {}] } } },
    });
  }
});
