import { once } from 'node:events';
import net from 'node:net';

export interface KeptAnswer {
  readonly status: number;
  /** It announces the end of the connection. */
  readonly isLast: boolean;
  readonly body: string;
}

/** A connection that is kept open, as a client's pool has it. */
export class KeptConnection {
  readonly #socket: net.Socket;
  #received = '';
  readonly #waiting: ((answer: KeptAnswer | undefined) => void)[] = [];
  readonly closed: Promise<unknown>;

  private constructor(socket: net.Socket) {
    this.#socket = socket;
    socket.on('error', () => undefined);
    this.closed = once(socket, 'close');
    socket.on('close', () => {
      for (const lost of this.#waiting.splice(0)) lost(undefined);
    });
    socket.on('data', (chunk) => {
      this.#received += String(chunk);
      this.#read();
    });
  }

  /** Rejects where nothing listens. */
  static async open(url: string): Promise<KeptConnection> {
    const socket = net.connect(Number(new URL(url).port), '127.0.0.1');
    await once(socket, 'connect');
    return new KeptConnection(socket);
  }

  /** Sends a request, in parts if there are several. */
  write(...parts: readonly string[]): void {
    for (const part of parts) this.#socket.write(part);
  }

  /** The next answer; undefined if the connection ends without one. */
  async next(): Promise<KeptAnswer | undefined> {
    if (this.#socket.destroyed) return undefined;
    const { promise, resolve } = Promise.withResolvers<KeptAnswer | undefined>();
    this.#waiting.push(resolve);
    return promise;
  }

  ask(request: string): Promise<KeptAnswer | undefined> {
    const answer = this.next();
    this.write(request);
    return answer;
  }

  close(): void {
    this.#socket.destroy();
  }

  #read(): void {
    for (;;) {
      const headEnd = this.#received.indexOf('\r\n\r\n');
      const head = this.#received.slice(0, headEnd);
      const end = headEnd + 4 + Number(/^content-length: (\d+)/im.exec(head)?.[1]);
      if (headEnd < 0 || this.#received.length < end) return;
      const body = this.#received.slice(headEnd + 4, end);
      this.#received = this.#received.slice(end);
      this.#waiting.shift()?.({
        status: Number(head.split(' ')[1]),
        isLast: /^connection: close/im.test(head),
        body,
      });
    }
  }
}

/** One lookup by POST, as text. */
export function post(query: string): string {
  const body = JSON.stringify({ query });
  return `POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
}
