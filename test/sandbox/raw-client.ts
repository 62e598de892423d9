import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { sandboxCredentials } from '../../src/sandbox/credentials.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';

/** Everything received until the socket closed; `error` is the code of the error that closed it. */
export interface RawAnswer {
  readonly head: string;
  readonly body: string;
  readonly chunks: number;
  readonly contentLength: number | undefined;
  readonly error: string | undefined;
}

/** A running request on a bare socket. */
export interface RawExchange {
  readonly socket: Socket;
  readonly received: () => string;
  readonly closed: Promise<RawAnswer>;
}

/** Requests an access token over a bare socket, to observe every byte and the end of the connection. */
export function askRaw(sandbox: Sandbox): RawExchange {
  const { appKey, appSecret } = sandboxCredentials;
  const json = JSON.stringify({ appKey, appSecret });
  const { hostname, port } = new URL(sandbox.url);
  const socket = connect(Number(port), hostname);
  const chunks: Buffer[] = [];
  let error: string | undefined;
  socket.on('data', (chunk) => chunks.push(chunk));
  socket.on('error', (problem: NodeJS.ErrnoException) => {
    error = problem.code;
  });
  socket.write(
    `POST /v1.0/oauth2/accessToken HTTP/1.1\r\nhost: sandbox\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: ${json.length}\r\n\r\n${json}`,
  );
  const received = (): string => Buffer.concat(chunks).toString();
  const closed = new Promise<RawAnswer>((resolve) => {
    socket.once('close', () => {
      const [head = '', body = ''] = received().split('\r\n\r\n', 2);
      const length = /content-length: (\d+)/i.exec(head)?.[1];
      const contentLength = length === undefined ? undefined : Number(length);
      resolve({ head, body, chunks: chunks.length, contentLength, error });
    });
  });
  return { socket, received, closed };
}
