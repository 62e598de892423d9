import { writeSync } from 'node:fs';
import type { DestinationStream } from 'pino';

const stdout = 1;
/** How long lines are dropped after a write failed. */
const pauseMs = 1000;
/** The time between attempts while the reader of the pipe does not read. */
const retryMs = 50;
/** The most bytes that wait for the reader; further lines are dropped. */
const maxWaitingBytes = 8 * 1024 * 1024;
/** Attempts to write the waiting lines when the process ends. */
const exitAttempts = 4;

/**
 * Standard output. A line that cannot be written (the terminal is closed, the disk is full) is dropped, and so are the
 * lines of the next second: logging may neither stop the gateway nor keep it from ending. pino's own destination
 * retries for ever when the process ends.
 */
export function createLogDestination(): DestinationStream & { flushSync(): void } {
  let waiting: Buffer[] = [];
  let waitingBytes = 0;
  let pausedUntilMs = -Infinity;
  let timer: NodeJS.Timeout | undefined;

  function dropWaiting(): void {
    waiting = [];
    waitingBytes = 0;
  }

  /** Writes the waiting lines until the reader takes no more. */
  function drain(): void {
    try {
      while (waiting[0]) {
        const written = writeSync(stdout, waiting[0]);
        waitingBytes -= written;
        if (written < waiting[0].length) waiting[0] = waiting[0].subarray(written);
        else waiting.shift();
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return;
      pausedUntilMs = performance.now() + pauseMs;
      dropWaiting();
    }
  }

  function retryLater(): void {
    timer ??= setTimeout(() => {
      timer = undefined;
      drain();
      if (waiting.length > 0) retryLater();
    }, retryMs).unref();
  }

  const destination = {
    write(line: string): void {
      if (performance.now() < pausedUntilMs) return;
      const bytes = Buffer.from(line);
      if (waitingBytes + bytes.length > maxWaitingBytes) return;
      waiting.push(bytes);
      waitingBytes += bytes.length;
      // Other lines that wait are written first.
      if (waiting.length === 1) drain();
      if (waiting.length > 0) retryLater();
    },
    flushSync() {
      for (let attempt = 0; waiting.length > 0 && attempt < exitAttempts; attempt += 1) {
        if (attempt > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, retryMs);
        drain();
      }
      dropWaiting();
    },
  };
  process.once('exit', () => destination.flushSync());
  return destination;
}
