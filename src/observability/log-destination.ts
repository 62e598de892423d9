import { pino, type DestinationStream } from 'pino';

const stdout = 1;
/** How long lines are lost after one that could not be written. */
const pauseMs = 1000;
/** What waits for a reader that has stopped reading; lines beyond are lost. */
const maxWaitingBytes = 8 * 1024 * 1024;

const silence = { write: (): void => undefined, flushSync: (): void => undefined };

/**
 * Standard output. A line that cannot be written (the terminal is closed, the disk is full) is lost, and so is what comes
 * within a second after it: no log may stop the gateway.
 */
export function createLogDestination(): DestinationStream {
  let stream: { write(line: string): unknown; flushSync(): void } = open();

  function open() {
    const opened = pino.destination({ dest: stdout, maxLength: maxWaitingBytes });
    opened.on('error', () => {
      if (stream !== opened) return;
      stream = silence;
      // At exit its flushSync would try again for ever.
      Object.assign(opened, silence);
      setTimeout(() => {
        stream = open();
      }, pauseMs).unref();
    });
    return opened;
  }

  return Object.assign(
    { write: (line: string): void => void stream.write(line) },
    // pino asks for it after a fatal line.
    { flushSync: (): void => stream.flushSync() },
  );
}
