import type { Logger } from 'pino';

/** The whole stop, drain included. */
const stopWithinMs = 9500;
/** npm and process managers signal a whole group, so that one wish to stop arrives twice within milliseconds. */
const sameWishMs = 1000;

/** Each asks for a stop. What says that the process is broken (SIGSEGV, SIGABRT, …) is left to the system. */
const stopSignals = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR2'] as const;
/** Given twice, these say that the stop takes too long. The others come beside them: systemd sends SIGHUP as well. */
const insistentSignals: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGINT'];
const uncaught = ['uncaughtException', 'unhandledRejection'] as const;

/**
 * Stops in good order at a signal or an error that nothing caught, and ends the process within ten seconds. Once that has
 * begun, only a second SIGTERM or SIGINT, a second or more after the first, ends it at once.
 */
export function stopOnSignal(log: Logger, stop: () => Promise<void>): void {
  let isStopping = false;
  let exitCode = 0;
  let firstWishAtMs: number | undefined;

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
      log.fatal({ err: error }, 'the stop failed');
    }
    process.exit(exitCode);
  }

  for (const signal of stopSignals) {
    process.on(signal, () => {
      if (!isStopping) log.info(`${signal}: stopping`);
      begin();
      if (!insistentSignals.includes(signal)) return;
      firstWishAtMs ??= performance.now();
      if (performance.now() - firstWishAtMs <= sameWishMs) return;
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
