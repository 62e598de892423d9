import type { Deadline } from '../async/deadline.ts';
import { readKeySet, type KeySet } from './key-set.ts';

const maxBytes = 256 * 1024;

/** Fetches a JWK set once, without redirects and up to 256 KiB. @throws Error for any answer that is not a key set. */
export async function fetchKeySet(url: URL, { signal }: Deadline): Promise<KeySet> {
  // fetch accepts only Node's own signals.
  const fetching = new AbortController();
  signal.addEventListener('abort', () => fetching.abort(signal.reason));
  const response = await fetch(url, {
    signal: fetching.signal,
    redirect: 'error',
    headers: { accept: 'application/json' },
  });
  if (response.status !== 200 || !response.body) {
    await response.body?.cancel();
    throw new Error(`the answer has the status ${response.status}`);
  }
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw new Error(`the answer is longer than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  // Removes a byte order mark, which some editors put into a file.
  return readKeySet(JSON.parse(new TextDecoder().decode(Buffer.concat(chunks))));
}
