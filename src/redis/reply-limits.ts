const maxReplyBytes = 4 * 1024 * 1024;
/** Counted for each chunk at least: the parser keeps every chunk of an incomplete reply as an object of its own. */
const leastChunkBytes = 1024;
/** The parser scans an incomplete line from its start again with every chunk. */
const maxLineBytes = 16 * 1024;
/** Of one reply; the gateway's commands need a few. The parser allocates as many as a reply announces. */
const maxElements = 1000;
const maxDepth = 8;

const lineFeed = 0x0a;

/** Contains nothing of the reply, which may be private. */
export class UnreadableReplyError extends Error {
  override readonly name = 'UnreadableReplyError';

  constructor() {
    super('unreadable reply');
  }
}

/**
 * Bounds the replies of one connection before the client's parser, which buffers incomplete replies without a limit.
 * Pass every chunk to the returned function. It throws an {@link UnreadableReplyError} for what is not RESP2, and for a
 * reply of more than 4 MiB, 1,000 elements, 8 levels or 16 KiB in a line.
 */
export function createReplyLimits(): (chunk: Buffer) => void {
  let line = '';
  /** Of the bulk string that is being received, with its line end. */
  let stringBytesLeft = 0;
  /** Elements still to come in each enclosing array, outermost first. */
  const missing: number[] = [];
  let elements = 0;
  let replyBytes = 0;

  /** Ends an element, and every array that it completes; true when the reply is complete. */
  function endElement(): boolean {
    for (let left = missing.pop(); left !== undefined; left = missing.pop()) {
      if (left > 1) {
        missing.push(left - 1);
        return false;
      }
    }
    elements = 0;
    return true;
  }

  /** Reads an element's first line; false when a string or the elements of an array follow. */
  function isWholeElement(text: string): boolean {
    if (/^(?:[+-][^\r]*|:-?\d{1,19}|[$*]-1)\r$/.test(text)) return true;
    const [, type, digits] = /^([$*])(\d{1,7})\r$/.exec(text) ?? [];
    const length = Number(digits);
    if (type === '$' && length <= maxReplyBytes) {
      stringBytesLeft = length + '\r\n'.length;
      return false;
    }
    if (type !== '*' || length > maxElements - elements || missing.length >= maxDepth) {
      throw new UnreadableReplyError();
    }
    elements += length;
    if (length > 0) missing.push(length);
    return length === 0;
  }

  /** Reads from `start` to the end of a line, a string or the chunk. */
  function readPiece(chunk: Buffer, start: number): { readonly end: number; readonly ended: boolean } {
    if (stringBytesLeft > 0) {
      const end = Math.min(start + stringBytesLeft, chunk.length);
      stringBytesLeft -= end - start;
      return { end, ended: stringBytesLeft === 0 };
    }
    const feed = chunk.indexOf(lineFeed, start);
    const end = feed < 0 ? chunk.length : feed + 1;
    line += chunk.toString('latin1', start, Math.min(end, start + maxLineBytes + 1));
    if (!/^[-+:$*]/.test(line) || line.length > maxLineBytes) throw new UnreadableReplyError();
    if (feed < 0) return { end, ended: false };
    const text = line.slice(0, -1);
    line = '';
    return { end, ended: isWholeElement(text) };
  }

  return (chunk) => {
    let replyStart = 0;
    for (let at = 0; at < chunk.length;) {
      const { end, ended } = readPiece(chunk, at);
      at = end;
      if (ended && endElement()) {
        replyStart = at;
        replyBytes = 0;
      }
    }
    if (replyStart < chunk.length) replyBytes += Math.max(chunk.length - replyStart, leastChunkBytes);
    if (replyBytes > maxReplyBytes) throw new UnreadableReplyError();
  };
}
