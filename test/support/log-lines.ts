export type LogLine = Readonly<Record<string, any>>;

/** Lines of a log, from the one at `from` on. */
export const logLines = (log: readonly string[], from = 0): LogLine[] =>
  log.slice(from).map((text) => JSON.parse(text) as LogLine);

/** Its lines of level `warn` and above. */
export const problemLines = (log: readonly string[]): LogLine[] =>
  logLines(log).filter(({ level }) => ['warn', 'error', 'fatal'].includes(level));

/** The lines about whole requests. */
export const requestLines = (log: readonly string[], from = 0): LogLine[] =>
  logLines(log, from).filter(({ msg }) => ['answered', 'refused', 'failed', 'left'].includes(msg));
