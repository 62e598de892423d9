import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** Requests of one connection in progress at once. Their answers go out in the order of the requests. */
const maxUnderWay = 10;
/** Requests of one connection that have arrived and wait: enough for one read from the socket, unless they are tiny. */
const maxWaiting = 1000;
/** Of all connections together: some 30 MiB. */
const maxTotalWaiting = 5000;

/** The requests of one connection that have no answer yet. */
interface Connection {
  /** The answer to the latest one. */
  latest: ServerResponse | undefined;
  readonly underWay: Set<IncomingMessage>;
  /** Nothing more is read from the socket. */
  isPaused: boolean;
  /** No request is admitted any more, and the connection ends after the last answer. */
  isEnding: boolean;
  readonly waiting: (() => void)[];
  /** Runs when the connection is ending and every admitted request is answered. */
  end: () => void;
}

export interface Pipelining {
  /** Applies these bounds to the requests of `app`. */
  limit(app: FastifyInstance): void;
  /** Notes a request that no hook of `app` sees. */
  note(request: IncomingMessage, response: ServerResponse): void;
  /** From now on every connection ends with the answer to the latest request that it has sent. */
  readonly endAll: () => void;
  /** Admits no more requests of this connection, and runs `end` once the admitted ones are answered. */
  endAfterAnswers(socket: Socket, end: () => void): void;
}

/**
 * Bounds pipelining: while ten requests of a connection have no answer, nothing more is read from it. A connection that
 * has sent too many by then ends after the answers to the admitted ones; `onTooMany` is called then.
 *
 * Node itself keeps reading while answers are small, and holds every request that it has read.
 */
export function createPipelining(onTooMany: () => void): Pipelining {
  const connections = new Map<Socket, Connection>();
  let totalWaiting = 0;
  let isEndingAll = false;

  function connectionOf(socket: Socket): Connection {
    const known = connections.get(socket);
    if (known) return known;
    const connection: Connection = {
      latest: undefined,
      underWay: new Set(),
      isPaused: false,
      isEnding: false,
      waiting: [],
      end: () => socket.end(),
    };
    connections.set(socket, connection);
    socket.once('close', () => {
      connections.delete(socket);
      drop(connection);
    });
    // Node resumes the socket for each body that is read. When a request waits, the bodies before it have arrived.
    socket.on('resume', () => {
      if (connection.isPaused) socket.pause();
    });
    return connection;
  }

  function drop({ waiting }: Connection): void {
    totalWaiting -= waiting.length;
    waiting.length = 0;
  }

  /** Notes the latest request of a connection. False where the answer before has announced the end of the connection. */
  function isBeforeEnd(connection: Connection, response: ServerResponse): boolean {
    const { latest: before } = connection;
    if (isEndingAll) {
      if (before?.headersSent === true && before.getHeader('connection') === 'close') return false;
      // An answer that announces the end is the last one of its connection.
      if (before?.headersSent === false) before.removeHeader('connection');
      response.setHeader('connection', 'close');
    }
    connection.latest = response;
    return true;
  }

  function startNext(socket: Socket, connection: Connection): void {
    const start = connection.waiting.shift();
    if (start) {
      totalWaiting -= 1;
      start();
    }
    if (connection.isEnding) {
      endIfAnswered(connection);
      return;
    }
    if (connection.waiting.length > 0 || !connection.isPaused) return;
    connection.isPaused = false;
    socket.resume();
  }

  function admit(request: IncomingMessage, response: ServerResponse, next: () => void): void {
    const { socket } = request;
    if (socket.destroyed) return;
    const connection = connectionOf(socket);
    const start = (): void => {
      connection.underWay.add(request);
      response.once('close', () => {
        connection.underWay.delete(request);
        if (connection.latest === response) connection.latest = undefined;
        // On a closed connection no client is left to read the other answers.
        if (!socket.destroyed) startNext(socket, connection);
      });
      next();
    };
    if (connection.isEnding || !isBeforeEnd(connection, response)) return;
    if (connection.underWay.size < maxUnderWay) {
      start();
    } else if (connection.waiting.length < maxWaiting && totalWaiting < maxTotalWaiting) {
      connection.waiting.push(start);
      totalWaiting += 1;
      connection.isPaused = true;
      socket.pause();
    } else {
      connection.isEnding = true;
      connection.isPaused = true;
      socket.pause();
      onTooMany();
    }
  }

  return {
    limit(app) {
      app.addHook('onRequest', ({ raw }, reply, next) => admit(raw, reply.raw, next));
    },
    note({ socket }, response) {
      if (!socket.destroyed) isBeforeEnd(connectionOf(socket), response);
    },
    endAll() {
      isEndingAll = true;
      for (const { latest } of connections.values()) {
        if (latest?.headersSent === false) latest.setHeader('connection', 'close');
      }
    },
    endAfterAnswers(socket, end) {
      const connection = connectionOf(socket);
      connection.isEnding = true;
      connection.end = end;
      endIfAnswered(connection);
    },
  };
}

/** An incomplete request, such as one with a broken body, gets no answer. */
function endIfAnswered({ underWay, waiting, end }: Connection): void {
  if (waiting.length === 0 && [...underWay].every(({ complete }) => !complete)) end();
}
