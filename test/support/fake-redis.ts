import { once } from 'node:events';
import net, { type AddressInfo, type Server, type Socket } from 'node:net';
import tls, { type TlsOptions } from 'node:tls';

/** The bytes sent for one command, or a function that sends them. */
export type FakeReply = string | ((socket: Socket) => void);

export interface FakeRedis extends AsyncDisposable {
  readonly port: number;
  /** The number of connections that have sent that command. */
  connectionsWith(command: string): number;
  /** The largest number of bytes that one connection has accepted. */
  readonly mostBytesTaken: number;
  /** Sets further replies by the command's name in capitals. All other commands are answered with an error. */
  setReplies(replies: Readonly<Record<string, FakeReply>>): void;
}

/** The length of an endless reply: a client that accepts all of it has no limit. */
export const endlessBytes = 64 * 1024 * 1024;

/** Sends `start`, then zeros while the client accepts them. */
export const endless =
  (start: string) =>
  (socket: Socket): void => {
    const zeros = '0'.repeat(64 * 1024);
    socket.write(start);
    const goOn = (): void => {
      while (!socket.destroyed && socket.bytesWritten < endlessBytes) {
        if (!socket.write(zeros)) return;
      }
      socket.off('drain', goOn);
    };
    socket.on('drain', goOn);
    goOn();
  };

const info = 'redis_version:7.0.0\r\nloading:0\r\n';
const properReplies = { INFO: `$${info.length}\r\n${info}\r\n` };

/** A server instead of Redis: it answers each command as the test sets, and the ready check like Redis. */
export async function startFakeRedis(
  replies: Readonly<Record<string, FakeReply>> = {},
  tlsOptions?: TlsOptions,
): Promise<FakeRedis> {
  let current: Readonly<Record<string, FakeReply>> = { ...properReplies, ...replies };
  const sockets = new Set<Socket>();
  const seen = new Map<string, Set<Socket>>();
  let mostBytesTaken = 0;

  function answer(socket: Socket, command: string): void {
    seen.set(command, (seen.get(command) ?? new Set()).add(socket));
    // A script by its hash is answered like the script itself.
    const reply = current[command === 'EVALSHA' ? 'EVAL' : command] ?? '-ERR this reply says nothing\r\n';
    if (socket.destroyed) return;
    if (typeof reply === 'string') socket.write(reply);
    else reply(socket);
  }

  function serve(socket: Socket): void {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => {
      mostBytesTaken = Math.max(mostBytesTaken, socket.bytesWritten);
      sockets.delete(socket);
    });
    if (current['CONNECT'] !== undefined) answer(socket, 'CONNECT');
    let received = '';
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
      for (;;) {
        const { command, rest } = readCommand(received);
        if (command === undefined) return;
        received = rest;
        answer(socket, command.toUpperCase());
      }
    });
  }

  const server: Server = tlsOptions ? tls.createServer(tlsOptions, serve) : net.createServer(serve);
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    connectionsWith: (command) => seen.get(command)?.size ?? 0,
    get mostBytesTaken() {
      return Math.max(mostBytesTaken, ...[...sockets].map(({ bytesWritten }) => bytesWritten));
    },
    setReplies(next) {
      current = { ...properReplies, ...next };
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** The name of the first command, once it is complete. */
function readCommand(text: string): { readonly command?: string; readonly rest: string } {
  const [head = '', count] = /^\*(\d+)\r\n/.exec(text) ?? [];
  let at = head.length;
  let command: string | undefined;
  for (let left = Number(count ?? NaN); left > 0; left -= 1) {
    const [line = '', length] = /^\$(\d+)\r\n/.exec(text.slice(at, at + 20)) ?? [];
    const end = at + line.length + Number(length ?? NaN) + 2;
    if (!(end <= text.length)) return { rest: text };
    command ??= text.slice(at + line.length, end - 2);
    at = end;
  }
  return command === undefined ? { rest: text } : { command, rest: text.slice(at) };
}
