import type { Answer } from '../answer.ts';
import type { RoutedCall, SandboxState } from '../sandbox-route.ts';
import { readRange } from './byte-range.ts';
import { findDentry } from './find-dentry.ts';
import { objectBytes } from './object-bytes.ts';
import { treeOf } from './space-trees.ts';

/** `GET /objects/{spaceId}/{dentryId}/{version}`: the bytes of a file, with the headers that were signed and no others. */
export function answerObject({ call, params }: RoutedCall, { signer }: SandboxState): Answer {
  const refusal = signer.refusalOf(call);
  if (refusal !== undefined) return storeError(403, refusal);
  const { spaceId = '', dentryId = '', version = '' } = params;
  const tree = treeOf(spaceId);
  const dentry = tree && findDentry(tree, spaceId, dentryId);
  if (dentry === undefined) return storeError(404, 'NoSuchKey');
  const size = BigInt(dentry.size);
  const key = `${spaceId} ${dentryId} ${version}`;
  const range = readRange(call.headers.range, size);
  if (range === 'unsatisfiable') {
    const refused = storeError(416, 'InvalidRange');
    return { ...refused, headers: { ...refused.headers, 'content-range': `bytes */${size}` } };
  }
  const headers = { 'content-type': 'application/octet-stream', 'accept-ranges': 'bytes' };
  if (range === 'whole') return { status: 200, headers, body: objectBytes(key, 0n, size) };
  const { first, end } = range;
  return {
    status: 206,
    headers: { ...headers, 'content-range': `bytes ${first}-${end - 1n}/${size}` },
    body: objectBytes(key, first, end),
  };
}

/** An error as an object store writes it: XML, with codes that are not DingTalk's. */
function storeError(status: number, code: string): Answer {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error>\n  <Code>${code}</Code>\n</Error>\n`;
  return { status, headers: { 'content-type': 'application/xml' }, body };
}
