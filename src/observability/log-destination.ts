import { writeSync } from 'node:fs';
import { pino, type DestinationStream } from 'pino';
import { areOneFile, isBusy, nonBlocking, retryMs, sleepSync, writeToStderr } from './standard-streams.ts';

/** Once so many bytes wait to be written, further lines are dropped. */
const maxWaitingBytes = 8 * 1024 * 1024;
/** Waiting lines are written together, in pieces of about this size. */
const pieceBytes = 64 * 1024;
/** How long the end of the process waits for a slow reader. */
const flushMs = 300;
const fatal = pino.levels.values['fatal'] ?? 60;

let droppedLines = 0;

/** Lines of this process's log that were dropped so far. */
export const droppedLogLines = (): number => droppedLines;

/**
 * Standard output, without ever waiting for it. Lines that cannot be written (the disk is full, the reader does not read) wait, up to a
 * bound; beyond it they are dropped until all that waits is written. Then `onDropped` gets the number of dropped lines, at
 * the place in the log where they are missing. Standard error says once that the log cannot be written, and has a copy of
 * each fatal line that does not get out at once. `render` makes a line of the log what is written.
 */
export function createLogDestination(
  onDropped: (lines: number) => void,
  render: (line: string) => string = (line) => line,
): DestinationStream & { flushSync(): void } {
  const stdout = nonBlocking(process.stdout);
  /** What is left of the piece that is being written. */
  let current: Uint8Array = new Uint8Array();
  const waiting: string[] = [];
  let waitingBytes = 0;
  let droppedSinceDrained = 0;
  let isReported = false;
  let timer: NodeJS.Timeout | undefined;

  // In one file with the log, a message could end up within a line.
  const hasStderr = !areOneFile(process.stdout, process.stderr);

  function tellStderr(text: string): void {
    if (hasStderr) writeToStderr(text, 0);
  }

  const isDrained = (): boolean => current.length === 0 && waiting.length === 0;

  function report(reason: string): void {
    if (isReported) return;
    isReported = true;
    tellStderr(`The log cannot be written to standard output (${reason}). Lines of it may be lost.\n`);
  }

  /** Writes until the reader takes no more. False after another failure. */
  function drain(): boolean {
    try {
      while (!isDrained()) {
        if (current.length === 0) current = Buffer.from(waiting.shift() ?? '');
        const written = writeSync(stdout, current);
        current = current.subarray(written);
        waitingBytes -= written;
      }
    } catch (error) {
      if (isBusy(error)) return true;
      report((error as NodeJS.ErrnoException).code ?? 'unknown error');
      return false;
    }
    isReported = false;
    return true;
  }

  function retryLater(): void {
    timer ??= setTimeout(() => {
      timer = undefined;
      drain();
      if (isDrained()) reportDropped();
      else retryLater();
    }, retryMs).unref();
  }

  function reportDropped(): void {
    const lines = droppedSinceDrained;
    droppedSinceDrained = 0;
    if (lines > 0) onDropped(lines);
  }

  function drop(): void {
    droppedLines += 1;
    droppedSinceDrained += 1;
    report('its reader does not keep up');
  }

  function add(line: string): void {
    // Drops all lines until none waits: one gap in the log, not many.
    if (droppedSinceDrained > 0 || waitingBytes >= maxWaitingBytes) {
      drop();
      return;
    }
    waitingBytes += Buffer.byteLength(line);
    const last = waiting.at(-1);
    if (last !== undefined && last.length + line.length <= pieceBytes) {
      waiting[waiting.length - 1] = last + line;
    } else {
      waiting.push(line);
    }
  }

  const destination = {
    // pino then sets lastLevel before each write.
    [pino.symbols.needsMetadataGsym]: true,
    lastLevel: 0,
    write(json: string): void {
      const line = render(json);
      const isFirst = isDrained();
      add(line);
      if (isFirst) drain();
      if (isDrained()) return;
      retryLater();
      if (destination.lastLevel >= fatal) tellStderr(line);
    },
    flushSync() {
      const giveUpAtMs = performance.now() + flushMs;
      while (drain() && !isDrained() && performance.now() < giveUpAtMs) sleepSync(retryMs);
      if (!isDrained()) report('its reader does not keep up');
      else reportDropped();
    },
  };
  process.once('exit', () => destination.flushSync());
  return destination;
}
