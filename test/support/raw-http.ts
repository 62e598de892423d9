import net from 'node:net';

export interface RawAnswer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** Sends the bytes unchanged. Resolves with the first answer, or undefined if the connection closes without one. */
export async function sendRaw(url: string, bytes: string | Buffer): Promise<RawAnswer | undefined> {
  const { hostname, port } = new URL(url);
  const { promise, resolve } = Promise.withResolvers<RawAnswer | undefined>();
  const socket = net.connect(Number(port), hostname, () => socket.write(bytes));
  let received = Buffer.alloc(0);
  socket.on('data', (chunk) => {
    received = Buffer.concat([received, chunk]);
    const answer = parseAnswer(received);
    if (answer) resolve(answer);
  });
  socket.on('error', () => undefined);
  socket.on('close', () => resolve(undefined));
  try {
    return await promise;
  } finally {
    socket.destroy();
  }
}

/** One request as text. Headers keep their order and repetitions. */
export function rawRequest(
  requestLine: string,
  headers: readonly (readonly [string, string])[],
  body: string | Buffer = '',
): Buffer {
  const bytes = Buffer.from(body);
  const given = new Set(headers.map(([name]) => name.toLowerCase()));
  const lines = [
    requestLine,
    ...(given.has('host') ? [] : ['host: localhost']),
    ...headers.map(([name, value]) => `${name}: ${value}`),
    ...(bytes.length === 0 || given.has('content-length') || given.has('transfer-encoding')
      ? []
      : [`content-length: ${bytes.length}`]),
  ];
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), bytes]);
}

function parseAnswer(received: Buffer): RawAnswer | undefined {
  const headEnd = received.indexOf('\r\n\r\n');
  if (headEnd < 0) return undefined;
  const [statusLine = '', ...lines] = received.subarray(0, headEnd).toString('latin1').split('\r\n');
  const headers = new Map(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
    }),
  );
  const status = Number(statusLine.split(' ')[1]);
  if (status === 100) return parseAnswer(received.subarray(headEnd + 4));
  const body = received.subarray(headEnd + 4);
  const length = Number(headers.get('content-length') ?? Infinity);
  if (body.length < length) return undefined;
  // More answers may follow.
  return { status, headers, body: body.subarray(0, length).toString('utf8') };
}
