import type { Server } from 'node:http';
import net, { type Socket } from 'node:net';

/** How often the connections are looked at. */
const checkMs = 50;
/** Of the event loop. Under load there is no such turn: it may take a hundredth of the wait for it longer. */
const shortTurnMs = 0.3;
/** New connections may come faster than they are accepted. */
const longestAcceptMs = 1000;
/** A stop may take ten seconds: the rest is for everything else. */
const longestMs = 8000;

export interface Drain {
  /** From now on every answer ends its connection. New connections are still accepted. */
  begin(): void;
  /**
   * Accepts no new connections, and resolves once all have ended. Idle ones are closed once nothing has happened on any
   * connection for `quietMs`: what a client sends by then is answered, and its answer ends the connection. After
   * `withinMs` (default: eight seconds) the rest is cut.
   */
  finish(quietMs: number, withinMs?: number): Promise<void>;
}

/** Ends the connections of `server`. `endAll` makes its answers end theirs. Sockets live in real time, with any clock. */
export function createDrain(server: Server, endAll: () => void): Drain {
  const sockets = new Set<Socket>();
  let accepted = 0;
  let hasBegun = false;
  let onEmpty: (() => void) | undefined;
  let finished: Promise<void> | undefined;
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    accepted += 1;
    socket.once('close', () => {
      sockets.delete(socket);
      if (sockets.size === 0) onEmpty?.();
    });
  });

  /** A number that changes with everything that happens on the connections. */
  function activity(): number {
    let sum = sockets.size;
    for (const { bytesRead, bytesWritten } of sockets) sum += bytesRead + bytesWritten;
    return sum;
  }

  /** Resolves after `checkMs`, or when the last connection has ended, once what had arrived by then has been read. */
  async function pause(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    onEmpty = resolve;
    const timer = setTimeout(resolve, checkMs);
    await promise;
    clearTimeout(timer);
    await afterReading();
  }

  /**
   * Resolves when no connection waits to be accepted: the system would reset it. Node accepts one in a turn of the event
   * loop, so one without any shows that; others may come in the rest of it, the longer it takes.
   */
  async function acceptWaiting(): Promise<void> {
    const startedAtMs = performance.now();
    let turnAtMs = startedAtMs;
    let before: number;
    let mayTakeMs: number;
    do {
      before = accepted;
      mayTakeMs = shortTurnMs + (turnAtMs - startedAtMs) / 100;
      await afterReading();
      const nowMs = performance.now();
      if (accepted === before && nowMs - turnAtMs <= mayTakeMs) return;
      turnAtMs = nowMs;
    } while (turnAtMs - startedAtMs < longestAcceptMs);
  }

  function closeIdle(): void {
    server.closeIdleConnections();
    // To Node a connection is not idle before its first request.
    for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
  }

  async function run(quietMs: number, withinMs: number): Promise<void> {
    const startedAtMs = performance.now();
    // Without a delay both at once: a client whose connection has ended is refused then, not reset.
    if (hasBegun) await acceptWaiting();
    endAll();
    // http's own `close` also closes idle connections, with the requests that are on their way in them.
    net.Server.prototype.close.call(server);
    let latest = activity();
    let quietSinceMs = performance.now();
    while (sockets.size > 0 && performance.now() - startedAtMs < withinMs) {
      const now = activity();
      if (now !== latest) quietSinceMs = performance.now();
      latest = now;
      if (performance.now() - quietSinceMs >= quietMs) closeIdle();
      await pause();
    }
    server.closeAllConnections();
  }

  return {
    begin() {
      hasBegun = true;
      endAll();
    },
    finish: (quietMs, withinMs = longestMs) => (finished ??= run(quietMs, withinMs)),
  };
}

/** Resolves once the event loop has read what had arrived on every socket. */
const afterReading = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
