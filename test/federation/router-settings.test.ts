import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { codeBlocks } from '../support/code-blocks.ts';
import { startGateway } from '../support/start-gateway.ts';

const root = new URL('../../', import.meta.url);
const page = await readFile(new URL('docs/federation.md', root), 'utf8');

test('an answer is not compressed for a router that accepts gzip', async () => {
  await using gateway = await startGateway();
  const ids = Array.from({ length: 50 }, (_, index) => `cid.demo.${index}`);
  const query = 'query ($ids: [ID!]!) { conversations(openConversationIds: $ids) { openConversationId } }';
  const { headers, body } = await gateway.query(
    query,
    { ids },
    { 'accept-encoding': 'gzip, deflate, br, zstd' },
  );

  expect(body.data.conversations).toHaveLength(50);
  expect(headers.get('content-encoding')).toBeNull();
});

test('the page’s composition runs in a folder with the page’s example, and says what is wrong', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'compose-'));
  const file = (name: string): string => join(directory, name);
  const compose = async (neighbour: string): Promise<string> => {
    await writeFile(file('mine.graphql'), neighbour);
    return (await promisify(execFile)(process.execPath, ['compose.mjs'], { cwd: directory })).stdout;
  };
  const [example = ''] = codeBlocks(page, 'graphql');
  const [script = ''] = codeBlocks(page, 'js');
  try {
    await symlink(fileURLToPath(new URL('node_modules', root)), file('node_modules'));
    await writeFile(file('dingtalk.graphql'), await readFile(new URL('schema.graphql', root)));
    await writeFile(file('compose.mjs'), script);

    const composed = await compose(example);
    const wrong = await compose(example.replace('dentryId: ID!', 'dentryId: Int!'));

    expect(composed).toContain('join__Graph');
    expect(composed).toContain('attachment: Dentry');
    expect(wrong).toMatch(/^Type of field "Dentry\.dentryId" is incompatible across subgraphs/);
  } finally {
    await rm(directory, { recursive: true });
  }
});
