import net from 'node:net';

/** A whole HTTP answer. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

/** One kept-alive HTTP/1.1 connection that carries one request at a time. */
export interface Connection {
  /** Rejects if the connection breaks before the answer is complete. */
  send(request: Buffer): Promise<HttpAnswer>;
  close(): void;
}

const endOfHead = Buffer.from('\r\n\r\n');

/**
 * Connects to a port of this machine.
 *
 * Written by hand: the load shares the machine with the target, so it has to be cheap, and no HTTP client can open
 * all its connections before the first request.
 */
export async function connect(port: number): Promise<Connection> {
  const socket = net.connect({ port, host: '127.0.0.1', noDelay: true });
  let waiting: PromiseWithResolvers<HttpAnswer> | undefined;
  let received: Buffer = Buffer.alloc(0);

  const fail = (error: Error): void => {
    waiting?.reject(error);
    waiting = undefined;
  };
  socket.on('data', (chunk: Buffer) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
    const answer = readAnswer(received);
    if (answer === undefined) return;
    received = Buffer.alloc(0);
    waiting?.resolve(answer);
    waiting = undefined;
  });
  const opened = Promise.withResolvers<void>();
  socket.once('connect', () => opened.resolve());
  socket.on('error', (error) => {
    opened.reject(error);
    fail(error);
  });
  socket.on('close', () => fail(new Error('the target closed the connection before it had answered')));
  await opened.promise;

  return {
    send(request) {
      if (socket.destroyed) return Promise.reject(new Error('the target had closed the connection'));
      waiting = Promise.withResolvers<HttpAnswer>();
      socket.write(request);
      return waiting.promise;
    },
    close() {
      socket.destroy();
    },
  };
}

/** The answer in the bytes; undefined while it is incomplete. */
function readAnswer(bytes: Buffer): HttpAnswer | undefined {
  const headEnds = bytes.indexOf(endOfHead);
  if (headEnds === -1) return undefined;
  const head = bytes.toString('latin1', 0, headEnds);
  const status = Number(head.slice(9, 12));
  const bodyStarts = headEnds + endOfHead.length;
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (length !== undefined) {
    const bodyEnds = bodyStarts + Number(length);
    return bytes.length < bodyEnds
      ? undefined
      : { status, body: bytes.toString('utf8', bodyStarts, bodyEnds) };
  }
  const body = readChunks(bytes, bodyStarts);
  return body === undefined ? undefined : { status, body };
}

function readChunks(bytes: Buffer, start: number): string | undefined {
  const chunks: Buffer[] = [];
  for (let at = start; ;) {
    const lineEnds = bytes.indexOf('\r\n', at);
    if (lineEnds === -1) return undefined;
    const size = Number.parseInt(bytes.toString('latin1', at, lineEnds), 16);
    const chunkEnds = lineEnds + 2 + size;
    if (bytes.length < chunkEnds + 2) return undefined;
    if (size === 0) return Buffer.concat(chunks).toString('utf8');
    chunks.push(bytes.subarray(lineEnds + 2, chunkEnds));
    at = chunkEnds + 2;
  }
}
