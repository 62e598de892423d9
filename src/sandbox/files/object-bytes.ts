import { createCipheriv } from 'node:crypto';
import type { StreamedBody } from '../answer-body.ts';
import { digestOf } from '../demo-space.ts';

const blockBytes = 64 * 1024;
const block = BigInt(blockBytes);

/** The bytes from `first` to before `end` of a made-up object. They depend on its key and their place only. */
export function objectBytes(key: string, first: bigint, end: bigint): StreamedBody {
  return { bytes: end - first, chunks: () => chunksOf(key, first, end) };
}

/** One block, over and over: the same memory for an object of any size. */
function* chunksOf(key: string, first: bigint, end: bigint): Generator<Buffer> {
  const stream = createCipheriv('aes-256-ctr', digestOf(key), Buffer.alloc(16));
  const repeated = stream.update(Buffer.alloc(blockBytes));
  for (let at = first; at < end;) {
    const from = at % block;
    const left = end - at;
    const to = from + left < block ? from + left : block;
    yield repeated.subarray(Number(from), Number(to));
    at += to - from;
  }
}
