import closeWithGrace from 'close-with-grace';
import type { Logger } from 'pino';

/** The whole stop, drain included. */
const stopWithinMs = 9500;
/** npm and process managers signal a whole group, so that one wish to stop arrives twice within milliseconds. */
const sameWishMs = 1000;

/**
 * Stops in good order at SIGTERM, SIGINT or an error that nobody caught, and ends the process within ten seconds.
 * Asked once more, a second or more later, it ends at once.
 */
export function stopOnSignal(log: Logger, stop: () => Promise<void>): void {
  const signals = ['SIGTERM', 'SIGINT'] as const;
  const options = { delay: stopWithinMs, logger: false as const, skip: [...signals] };
  const { close } = closeWithGrace(options, async ({ err }) => {
    if (err) log.fatal({ err }, 'unforeseen error: stopping');
    await stop();
    log.info('stopped');
  });
  let firstAtMs: number | undefined;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (firstAtMs === undefined) {
      firstAtMs = performance.now();
      log.info(`${signal}: stopping`);
      close();
    } else if (performance.now() - firstAtMs > sameWishMs) {
      log.warn(`${signal} again: ending at once`);
      process.exit(1);
    }
  };
  for (const signal of signals) process.on(signal, onSignal);
}
