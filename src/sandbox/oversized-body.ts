import { Readable, pipeline } from 'node:stream';
import { constants, createGzip } from 'node:zlib';
import { writeHead } from './exchange.ts';
import type { Exchange } from './exchange.ts';

const CHUNK_BYTES = 64 * 1024;
const HEADERS = { 'content-type': 'application/json;charset=UTF-8' };

function* spaceWithLongId(bytes: number): Generator<Buffer> {
  const chunk = Buffer.alloc(CHUNK_BYTES, 'a');
  yield Buffer.from('{"space":{"spaceId":"');
  for (let left = bytes; left > 0; left -= CHUNK_BYTES) {
    yield left < CHUNK_BYTES ? chunk.subarray(0, left) : chunk;
  }
  yield Buffer.from('"}}');
}

// The client is expected to hang up in the middle, which is no error here.
function ignoreHangUp(): void {}

/** Sends JSON of at least that many bytes, as fast as the client takes it. */
export function sendHuge(exchange: Exchange, bytes: number): void {
  writeHead(exchange, { status: 200 }, HEADERS);
  pipeline(Readable.from(spaceWithLongId(bytes)), exchange.response, ignoreHangUp);
}

/** Sends gzip that unpacks to JSON of at least that many bytes. */
export function sendGzipBomb(exchange: Exchange, bytes: number): void {
  const gzip = createGzip({ level: constants.Z_BEST_SPEED });
  writeHead(exchange, { status: 200 }, { ...HEADERS, 'content-encoding': 'gzip' });
  pipeline(Readable.from(spaceWithLongId(bytes)), gzip, exchange.response, ignoreHangUp);
}
