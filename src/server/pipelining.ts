import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** Requests of one connection that are worked on at once. Their answers go out in the order of the requests. */
const maxUnderWay = 10;
/** Requests of one connection that have arrived and wait: what one read from it holds, but for the smallest ones. */
const maxWaiting = 1000;
/** The same of all connections: some 30 MiB. */
const maxWaitingInAll = 5000;

/** The requests of one connection that have no answer yet. */
interface Line {
  readonly underWay: Set<IncomingMessage>;
  /** Nothing is read from the connection. */
  isPaused: boolean;
  /** It has sent too many: it ends when those that were taken are answered. */
  isFull: boolean;
  readonly waiting: (() => void)[];
  /** Ends the connection when it is full and all is answered. */
  end: () => void;
}

export interface Pipelining {
  /** Holds the requests of `app` to these bounds. */
  limit(app: FastifyInstance): void;
  /** Takes nothing more from the connection, and runs `end` once what was taken is answered. */
  endAfterAnswers(socket: Socket, end: () => void): void;
}

/**
 * Makes a client that does not wait for its answers wait for them: beyond ten requests without an answer nothing more
 * is read from its connection. One that had sent too many by then ends with the answers to those that were taken.
 *
 * Node itself reads on for as long as answers are small, and keeps every request that it has read.
 */
export function createPipelining(): Pipelining {
  const lines = new WeakMap<Socket, Line>();
  let waitingInAll = 0;

  function lineOf(socket: Socket): Line {
    const known = lines.get(socket);
    if (known) return known;
    const line: Line = {
      underWay: new Set(),
      isPaused: false,
      isFull: false,
      waiting: [],
      end: () => socket.end(),
    };
    lines.set(socket, line);
    socket.once('close', () => drop(line));
    // Node reads on for each body that is read. Where a request waits, those in front of it have theirs.
    socket.on('resume', () => {
      if (line.isPaused) socket.pause();
    });
    return line;
  }

  function drop({ waiting }: Line): void {
    waitingInAll -= waiting.length;
    waiting.length = 0;
  }

  function startNext(socket: Socket, line: Line): void {
    const start = line.waiting.shift();
    if (start) {
      waitingInAll -= 1;
      start();
    }
    if (line.isFull) {
      endIfAnswered(line);
      return;
    }
    if (line.waiting.length > 0 || !line.isPaused) return;
    line.isPaused = false;
    socket.resume();
  }

  function admit(request: IncomingMessage, response: ServerResponse, next: () => void): void {
    const { socket } = request;
    const line = lineOf(socket);
    const start = (): void => {
      line.underWay.add(request);
      response.once('close', () => {
        line.underWay.delete(request);
        // Else nobody is there to read the answers to what still waits.
        if (!socket.destroyed) startNext(socket, line);
      });
      next();
    };
    if (line.isFull || socket.destroyed) return;
    if (line.underWay.size < maxUnderWay) {
      start();
    } else if (line.waiting.length < maxWaiting && waitingInAll < maxWaitingInAll) {
      line.waiting.push(start);
      waitingInAll += 1;
      line.isPaused = true;
      socket.pause();
    } else {
      line.isFull = true;
      line.isPaused = true;
      socket.pause();
    }
  }

  return {
    limit(app) {
      app.addHook('onRequest', ({ raw }, reply, next) => admit(raw, reply.raw, next));
    },
    endAfterAnswers(socket, end) {
      const line = lineOf(socket);
      line.isFull = true;
      line.end = end;
      endIfAnswered(line);
    },
  };
}

/** A request that has not arrived whole, such as one with a broken body, gets no answer. */
function endIfAnswered({ underWay, waiting, end }: Line): void {
  if (waiting.length === 0 && [...underWay].every(({ complete }) => !complete)) end();
}
