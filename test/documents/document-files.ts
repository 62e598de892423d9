import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

export const spaceOf = `query SpaceOf($id: ID!) {
  conversationSpace(openConversationId: $id) {
    spaceId
  }
}`;
/** The example of DingTalk's API page. */
export const variables = { id: 'cid9FTRQSLo+sKxxxx' };
export const spaceAnswer = { data: { conversationSpace: { spaceId: '798xxxxx' } } };

/** A folder of files that ends with the test. */
export async function documentFolder(
  files: Readonly<Record<string, unknown>>,
): Promise<{ pathOf(name: string): string } & AsyncDisposable> {
  const folder = await mkdtemp(path.join(tmpdir(), 'gateway-documents-'));
  const pathOf = (name: string): string => path.join(folder, name);
  for (const [name, content] of Object.entries(files)) {
    const isText = typeof content === 'string' || content instanceof Uint8Array;
    await writeFile(pathOf(name), isText ? content : JSON.stringify(content));
  }
  return {
    pathOf,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}
