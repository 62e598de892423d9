import type { Socket } from 'node:net';
import type { FastifyRequest } from 'fastify';
import type { SandboxCall } from './sandbox-call.ts';

/** Records a request as a call. */
export type CallReader = (api: string, request: FastifyRequest) => SandboxCall;

/** A reader that numbers sockets from 1, in order of their first call. */
export function createCallReader(nowMs: () => number): CallReader {
  const numberOf = new WeakMap<Socket, number>();
  let lastNumber = 0;

  return (api, { raw, body }) => {
    const url = raw.url ?? '';
    const queryAt = url.includes('?') ? url.indexOf('?') : url.length;
    let tcpConnection = numberOf.get(raw.socket);
    if (tcpConnection === undefined) {
      lastNumber += 1;
      tcpConnection = lastNumber;
      numberOf.set(raw.socket, tcpConnection);
    }
    return {
      api,
      method: raw.method ?? '',
      path: url.slice(0, queryAt),
      query: Object.fromEntries(new URLSearchParams(url.slice(queryAt))),
      headers: raw.headers,
      body,
      atMs: nowMs(),
      tcpConnection,
    };
  };
}

/** The parsed body if it was declared as JSON and is JSON; otherwise the text. */
export function parseBody(contentType: string | undefined, text: string): unknown {
  if (contentType === undefined || !/^application\/json\b/i.test(contentType)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
