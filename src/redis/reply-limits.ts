const maxReplyBytes = 4 * 1024 * 1024;
/** The parser keeps every chunk of a reply that is not complete as an object, however short the chunk is. */
const leastChunkBytes = 1024;
/** The parser reads a line from its start with every chunk until the line ends. */
const maxLineBytes = 16 * 1024;
/** In one reply: the gateway's commands are answered with a few. The parser makes room for all that are announced. */
const maxElements = 1000;
const maxDepth = 8;

const lineFeed = 0x0a;

/** Says nothing of the content: it may be anything. */
export class UnreadableReplyError extends Error {
  override readonly name = 'UnreadableReplyError';

  constructor() {
    super('a reply that cannot be read');
  }
}

/**
 * Follows the replies of one connection ahead of the client's parser, which keeps what is not complete without a bound.
 * The returned function is given every chunk. It throws an {@link UnreadableReplyError} for what is not RESP2, and for a
 * reply of more than 4 MiB, 1,000 elements, 8 levels or 16 KiB in a line.
 */
export function createReplyLimits(): (chunk: Buffer) => void {
  let line = '';
  /** Of the string that is being received, with its end of line. */
  let stringBytesLeft = 0;
  /** How many elements are missing in each array around the current one, outermost first. */
  const missing: number[] = [];
  let elements = 0;
  let replyBytes = 0;

  /** Ends an element, and each array whose last one it is; true where that was the whole reply. */
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

  /** Reads an element's first line; false where more of the element follows. */
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

  /** Reads from `start` up to the end of a line, of a string or of the chunk. */
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
