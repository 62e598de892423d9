import { Readable, pipeline } from 'node:stream';
import { constants, createGzip } from 'node:zlib';
import { ignoreHangUp, writeHead, type Exchange } from './exchange.ts';

const chunkBytes = 64 * 1024;
const headers = { 'content-type': 'application/json;charset=UTF-8' };

/** Sends JSON of at least `bytes` bytes, as fast as the client reads it. */
export function sendHuge(exchange: Exchange, bytes: number): void {
  writeHead(exchange, { status: 200 }, headers);
  pipeline(Readable.from(spaceWithLongId(bytes)), exchange.response, ignoreHangUp);
}

/** Sends gzip that unpacks to JSON of at least `bytes` bytes. */
export function sendGzipBomb(exchange: Exchange, bytes: number): void {
  const gzip = createGzip({ level: constants.Z_BEST_SPEED });
  writeHead(exchange, { status: 200 }, { ...headers, 'content-encoding': 'gzip' });
  pipeline(Readable.from(spaceWithLongId(bytes)), gzip, exchange.response, ignoreHangUp);
}

function* spaceWithLongId(bytes: number): Generator<Buffer> {
  const chunk = Buffer.alloc(chunkBytes, 'a');
  yield Buffer.from('{"space":{"spaceId":"');
  for (let left = bytes; left > 0; left -= chunkBytes) {
    yield left < chunkBytes ? chunk.subarray(0, left) : chunk;
  }
  yield Buffer.from('"}}');
}
