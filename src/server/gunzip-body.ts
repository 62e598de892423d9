import { gunzip } from 'node:zlib';
import { RefusedRequestError } from './refusal.ts';

/**
 * Decompresses the gzip body of a request, and stops once that is longer than `maxBytes`: a decompression bomb costs no
 * more than a body of that length. `done` gets a `RefusedRequestError` for one, and for anything but one gzip stream.
 */
export function gunzipBody(
  body: Buffer,
  maxBytes: number,
  done: (error: Error | null, decompressed: Buffer) => void,
): void {
  gunzip(body, { maxOutputLength: maxBytes, rejectGarbageAfterEnd: true }, (error, decompressed) =>
    done(error && toRefusal(error, maxBytes), decompressed),
  );
}

function toRefusal(error: NodeJS.ErrnoException, limit: number): Error {
  switch (error.code) {
    case 'ERR_BUFFER_TOO_LARGE':
      return new RefusedRequestError(
        413,
        'The body is too long once it is decompressed: send less at once.',
        {
          exceeded: { limit, asked: limit + 1, variable: 'MAX_BODY_BYTES' },
        },
      );
    // Broken, cut off, or with something behind it.
    case 'Z_DATA_ERROR':
    case 'Z_BUF_ERROR':
    case 'Z_NEED_DICT':
    case 'ERR_TRAILING_JUNK_AFTER_STREAM_END':
      return new RefusedRequestError(
        400,
        'The body is not one complete gzip stream: compress it as a whole, or send it uncompressed.',
      );
    default:
      return error;
  }
}
