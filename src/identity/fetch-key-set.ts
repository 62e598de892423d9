import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Deadline } from '../async/deadline.ts';
import { whileWaiting } from '../async/deadline.ts';
import type { Connections } from '../outbound/connections.ts';
import { readKeySet, type KeySet } from './key-set.ts';

const maxBytes = 256 * 1024;

/**
 * Fetches a JWK set once, without redirects and up to 256 KiB.
 *
 * @throws Error for any answer that is not a key set, or what the deadline is aborted with.
 */
export async function fetchKeySet(
  connections: Connections,
  { pathname, search }: URL,
  { signal }: Deadline,
): Promise<KeySet> {
  const request = connections.send({
    method: 'GET',
    path: `${pathname}${search}`,
    headers: {
      accept: 'application/json',
      'accept-encoding': 'identity',
      'user-agent': 'dingtalk-graphql-gateway',
    },
    body: undefined,
    newConnection: true,
  });
  // What ends the request after the deadline is of no interest.
  request.on('error', () => undefined);
  const [response] = (await whileWaiting(once(request, 'response'), signal, () => request.destroy())) as [
    IncomingMessage,
  ];
  try {
    return readKeySet(JSON.parse(await whileWaiting(readText(response), signal)));
  } finally {
    request.destroy();
  }
}

async function readText(response: IncomingMessage): Promise<string> {
  const { statusCode = 0 } = response;
  if (statusCode >= 300 && statusCode < 400) throw new Error('unexpected redirect');
  if (statusCode !== 200) throw new Error(`the answer has the status ${statusCode}`);
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw new Error(`the answer is longer than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  // Removes a byte order mark, which some editors put into a file.
  return new TextDecoder().decode(Buffer.concat(chunks));
}
