import { expect, jest, test } from '@jest/globals';
import { documentFolder, sha256, spaceAnswer, spaceOf, variables } from './document-files.ts';

/** The texts that were parsed, and how often something was validated. */
const parsed: string[] = [];
let validated = 0;
const graphql = await import('graphql');
jest.unstable_mockModule('graphql', () => ({
  ...graphql,
  parse(source: string, options: object) {
    parsed.push(source);
    return graphql.parse(source, options);
  },
  validate(...given: Parameters<typeof graphql.validate>) {
    validated += 1;
    return graphql.validate(...given);
  },
}));
const { startGateway } = await import('../support/start-gateway.ts');

test('a persisted document is parsed and validated at the start, and by no request', async () => {
  await using folder = await documentFolder({ 'documents.json': { id: spaceOf } });
  await using gateway = await startGateway({
    environment: { PERSISTED_DOCUMENTS: folder.pathOf('documents.json') },
  });
  const ask = async (body: object): Promise<unknown> => {
    const response = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...body, variables }),
    });
    return response.json();
  };
  const atStart = [parsed.filter((text) => text === spaceOf).length, validated];
  parsed.length = 0;
  validated = 0;

  const persistedQuery = { version: 1, sha256Hash: sha256(spaceOf) };
  const answers = [
    await ask({ documentId: 'id' }),
    await ask({ extensions: { persistedQuery } }),
    await ask({ query: spaceOf }),
  ];
  const byRequests = [parsed.length, validated];
  await ask({ query: `${spaceOf} ` });

  expect(answers).toEqual([spaceAnswer, spaceAnswer, spaceAnswer]);
  expect(atStart).toEqual([1, 1]);
  expect(byRequests).toEqual([0, 0]);
  // Texts that are not persisted are parsed and validated where this looks.
  expect([parsed, validated]).toEqual([[`${spaceOf} `], 1]);
});
