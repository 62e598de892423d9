import type { Socket } from 'node:net';
import type { FastifyRequest } from 'fastify';
import type { SandboxApi, SandboxCall } from './sandbox-call.ts';

/** Turns a request into the record of a call. */
export type CallReader = (api: SandboxApi, request: FastifyRequest) => SandboxCall;

/** A reader that numbers sockets from 1, in the order of their first call. */
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

/** The parsed body where it was announced as JSON and is; otherwise the text as it came. */
export function parseBody(contentType: string | undefined, text: string): unknown {
  if (contentType === undefined || !/^application\/json\b/i.test(contentType)) {
    return text;
  }
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
