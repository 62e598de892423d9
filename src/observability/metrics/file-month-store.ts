import { open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import type { Logger } from 'pino';
import * as z from 'zod';
import type { Clock } from '../../async/clock.ts';
import { createFileLock } from './file-lock.ts';
import { monthOf } from './month.ts';
import type { Batch, MonthStore } from './month-store.ts';

/** The shortest time between two writes. */
const everyMs = 5000;
/** How long the start and the end of the process wait while another process writes: less than the end waits for the store. */
const insistMs = 400;
const retryMs = 10;
/** Far above the totals of a thousand organizations: a longer file is another file. */
const maxBytes = 256 * 1024;

const count = z.int().nonnegative();
const bookSchema = z.object({
  version: z.literal(1),
  month: z.string().regex(/^\d{4}-\d{2}$/),
  /** Since when every call is in here, by the wall clock. */
  sinceMs: count,
  /** By the label of the organization. */
  calls: z.record(z.string().regex(/^[\w-]{1,64}$/), count),
});
type Book = z.output<typeof bookSchema>;

interface FileMonthStoreOptions {
  readonly file: string;
  readonly clock: Clock;
  readonly log: Pick<Logger, 'info' | 'warn'>;
}

/**
 * Adds up in a file, which survives the process. Several processes may share it: each adds its calls to what the file holds,
 * and replaces it by renaming. While it cannot be written, calls wait in memory.
 */
export async function createFileMonthStore({ file, clock, log }: FileMonthStoreOptions): Promise<MonthStore> {
  const withLock = createFileLock(`${file}.lock`, clock);
  let known: Book | undefined;
  let triedAtMs = -Infinity;
  let problem: string | undefined;

  function noteProblem(found: string | undefined): void {
    if (found === problem) return;
    problem = found;
    if (found === undefined) log.info('the calls of the month are stored in STATE_DIR again');
    else
      log.warn(
        { problem: found },
        'the calls of the month cannot be stored in STATE_DIR: they wait in memory',
      );
  }

  /** What the file holds, and counts in `month`. Undefined where counting begins. */
  async function read(month: string): Promise<Book | undefined> {
    const text = await readBounded(file);
    if (text === undefined) return undefined;
    const book = parse(text);
    if (!book) {
      log.warn('the file with the calls of the month is damaged or not one of ours: counting begins again');
      return undefined;
    }
    if (book.month === month) return book;
    // A later month was written while a clock was ahead, and the calls of this one are lost.
    return book.month < month ? { ...book, month, calls: {} } : undefined;
  }

  async function write(book: Book): Promise<void> {
    const next = `${file}.new`;
    // A killed process may have left one.
    await rm(next, { force: true });
    const handle = await open(next, 'wx', 0o600);
    try {
      await writeFile(handle, `${JSON.stringify(book)}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(next, file);
  }

  async function addUnderLock(month: string, batches: readonly Batch[]): Promise<Book> {
    const held = await read(month);
    const calls = { ...held?.calls };
    for (const { corp, amount } of batches) calls[corp] = (calls[corp] ?? 0) + amount;
    const book: Book = { version: 1, month, sinceMs: held?.sinceMs ?? Math.floor(clock.wallMs()), calls };
    if (!held || batches.some(({ amount }) => amount > 0)) await write(book);
    return book;
  }

  /** Undefined while another process writes; with `insists` only if that takes long. */
  async function addLocked(
    month: string,
    batches: readonly Batch[],
    insists: boolean,
  ): Promise<Book | undefined> {
    const untilMs = clock.nowMs() + insistMs;
    for (;;) {
      const book = await withLock(() => addUnderLock(month, batches));
      if (book || !insists || clock.nowMs() >= untilMs) return book;
      await new Promise<void>((resolve) => void clock.after(retryMs, resolve));
    }
  }

  async function add(
    month: string,
    batches: readonly Batch[],
    isLast: boolean,
  ): Promise<ReadonlyMap<string, number>> {
    // Past months are not reported any more.
    if (month !== monthOf(clock.wallMs())) return new Map(batches.map(({ corp }) => [corp, 0]));
    if (!isLast && clock.nowMs() - triedAtMs < everyMs) return new Map();
    try {
      const book = await addLocked(month, batches, isLast);
      // Another process is writing: tried again soon.
      if (!book) return new Map();
      triedAtMs = clock.nowMs();
      known = book;
      noteProblem(undefined);
      return new Map(Object.entries(book.calls));
    } catch (error) {
      triedAtMs = clock.nowMs();
      noteProblem((error as NodeJS.ErrnoException).code ?? 'unknown');
      return new Map();
    }
  }

  // Counting begins with the process, not with its first call.
  const atStart = await add(monthOf(clock.wallMs()), [], false);
  return {
    atStart,
    add,
    countingSinceMs: async () => known?.sinceMs,
  };
}

/** Undefined where there is no file; an empty text for what cannot be one of ours. */
async function readBounded(file: string): Promise<string | undefined> {
  const found = await stat(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (!found) return undefined;
  // Reading anything else, such as a pipe, may never end.
  return found.isFile() && found.size <= maxBytes ? readFile(file, 'utf8') : '';
}

function parse(text: string): Book | undefined {
  try {
    return bookSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
