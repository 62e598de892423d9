import { pino } from 'pino';

export type LogLine = Readonly<Record<string, any>>;

/** Lines of a log, with `level` as a word, from the one at `from` on. */
export const logLines = (log: readonly string[], from = 0): LogLine[] =>
  log.slice(from).map((text) => {
    const line = JSON.parse(text) as Record<string, any>;
    line['level'] = pino.levels.labels[line['level'] as number] ?? line['level'];
    return line;
  });

/** The lines about whole requests. */
export const requestLines = (log: readonly string[], from = 0): LogLine[] =>
  logLines(log, from).filter(({ msg }) => ['answered', 'refused', 'failed', 'left'].includes(msg));
