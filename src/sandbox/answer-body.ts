/** A body that is made while it is sent, so that its length costs no memory. */
export interface StreamedBody {
  readonly bytes: bigint;
  readonly chunks: () => Iterable<Buffer>;
}

/** What an answer carries. */
export type AnswerBody = string | Buffer | StreamedBody;

/** True if a body is made while it is sent. */
export const isStreamed = (body: AnswerBody): body is StreamedBody =>
  typeof body === 'object' && 'chunks' in body;

/** A body as one piece of memory; of a streamed one the first chunk. For the faults that break a body. */
export function pieceOf(body: AnswerBody): Buffer {
  if (!isStreamed(body)) return Buffer.from(body);
  const [chunk = Buffer.alloc(0)] = body.chunks();
  return chunk;
}
