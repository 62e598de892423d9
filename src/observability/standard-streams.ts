import { constants, fstatSync, openSync, writeSync } from 'node:fs';

/** The time between attempts to write while the reader does not read. */
export const retryMs = 50;

/**
 * A file descriptor for standard output or standard error that no write blocks on: it fails with `EAGAIN` while the reader
 * does not read.
 */
export function nonBlocking(stream: { readonly fd: number }): number {
  // By asking for it, the caller has let Node make a pipe or a socket non-blocking. Other processes that share the pipe may
  // undo that, and a terminal blocks: an opening of our own has flags of its own. A socket has none.
  const { fd } = stream;
  if (fstatSync(fd).isFile()) return fd;
  try {
    return openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch {
    return fd;
  }
}

/** Writes to standard error. What its reader has not taken within `timeoutMs` is lost; while serving, use 0. */
export function writeToStderr(text: string, timeoutMs = 1000): void {
  write(process.stderr, text, timeoutMs);
}

/** Writes to standard output, for what is no line of the log. What its reader has not taken within a second is lost. */
export function writeToStdout(text: string): void {
  write(process.stdout, text, 1000);
}

const descriptors = new WeakMap<object, number>();

function write(stream: { readonly fd: number }, text: string, timeoutMs: number): void {
  const giveUpAtMs = performance.now() + timeoutMs;
  const descriptor = descriptors.get(stream) ?? nonBlocking(stream);
  descriptors.set(stream, descriptor);
  let rest: Uint8Array = Buffer.from(text);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(descriptor, rest));
    } catch (error) {
      if (!isBusy(error) || performance.now() >= giveUpAtMs) return;
      sleepSync(retryMs);
    }
  }
}

/** Whether both lead to one file, pipe, socket or terminal. */
export function areOneFile(one: { readonly fd: number }, other: { readonly fd: number }): boolean {
  const [a, b] = [fstatSync(one.fd), fstatSync(other.fd)];
  return a.dev === b.dev && a.ino === b.ino;
}

/** Whether a write failed only because the reader has not read what was written before. */
export function isBusy(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'EAGAIN';
}

/** Blocks the process: only for its start and its end. */
export function sleepSync(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
