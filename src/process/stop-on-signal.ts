import type { Logger } from 'pino';

/** The time limit of the stop, drain included. */
const stopWithinMs = 9500;
/** npm and process managers signal the whole process group, so that one stop request arrives twice within milliseconds. */
const sameRequestMs = 1000;

/** Requests to stop. Signals of a broken process (SIGSEGV, SIGABRT, …) keep the system's handling. */
const stopSignals = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR2'] as const;
/** A second one of these ends the process at once. The others may come with the first: systemd sends SIGHUP as well. */
const escalatingSignals: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGINT'];
const uncaught = ['uncaughtException', 'unhandledRejection'] as const;

/**
 * At a stop signal or an uncaught error, runs `stop` and ends the process within ten seconds. A SIGTERM or SIGINT a
 * second or more after the first one ends it at once.
 */
export function stopOnSignal(log: Logger, stop: () => Promise<void>): void {
  let isStopping = false;
  let exitCode = 0;
  let firstRequestAtMs: number | undefined;

  function begin(): void {
    if (isStopping) return;
    isStopping = true;
    setTimeout(() => {
      log.error(`not stopped within ${stopWithinMs} ms: ending at once`);
      process.exit(1);
    }, stopWithinMs);
    void finish();
  }

  async function finish(): Promise<void> {
    try {
      await stop();
      log.info('stopped');
    } catch (error) {
      exitCode = 1;
      log.fatal({ err: error }, 'stopping failed');
    }
    process.exit(exitCode);
  }

  for (const signal of stopSignals) {
    process.on(signal, () => {
      if (!isStopping) log.info(`${signal}: stopping`);
      begin();
      if (!escalatingSignals.includes(signal)) return;
      firstRequestAtMs ??= performance.now();
      if (performance.now() - firstRequestAtMs <= sameRequestMs) return;
      log.warn(`${signal} again: ending at once`);
      process.exit(1);
    });
  }
  for (const event of uncaught) {
    process.on(event, (error: unknown) => {
      exitCode = 1;
      log.fatal({ err: error }, isStopping ? 'unforeseen error' : 'unforeseen error: stopping');
      begin();
    });
  }
}
