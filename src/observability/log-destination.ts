import { writeSync } from 'node:fs';
import type { DestinationStream } from 'pino';

const stdout = 1;
/** How long lines are lost after one that could not be written. */
const pauseMs = 1000;
/** How often a reader that has stopped reading is tried again. */
const retryMs = 50;
/** What waits for it; lines beyond are lost. */
const maxWaitingBytes = 8 * 1024 * 1024;
/** How long an end of the process waits for it. */
const lastTries = 4;

/**
 * Standard output. A line that cannot be written (the terminal is closed, the disk is full) is lost, and so is what comes
 * within a second after it: no log may stop the gateway, or keep it from ending. pino's own destination tries again for
 * ever when the process ends.
 */
export function createLogDestination(): DestinationStream & { flushSync(): void } {
  let waiting: Buffer[] = [];
  let waitingBytes = 0;
  let silentUntilMs = -Infinity;
  let timer: NodeJS.Timeout | undefined;

  function forget(): void {
    waiting = [];
    waitingBytes = 0;
  }

  /** Writes what waits, as far as the reader takes it. */
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
      silentUntilMs = performance.now() + pauseMs;
      forget();
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
      if (performance.now() < silentUntilMs) return;
      const bytes = Buffer.from(line);
      if (waitingBytes + bytes.length > maxWaitingBytes) return;
      waiting.push(bytes);
      waitingBytes += bytes.length;
      // Behind others it waits for its turn.
      if (waiting.length === 1) drain();
      if (waiting.length > 0) retryLater();
    },
    flushSync() {
      for (let tries = 0; waiting.length > 0 && tries < lastTries; tries += 1) {
        if (tries > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, retryMs);
        drain();
      }
      forget();
    },
  };
  process.once('exit', () => destination.flushSync());
  return destination;
}
