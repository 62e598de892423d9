import type { Logger } from 'pino';
import { hasLostSigterm } from './lost-signal.ts';

/** The time limit of the stop, drain included; `SHUTDOWN_DELAY_MS` comes on top. */
const stopWithinMs = 9500;
/** npm and process managers signal the whole process group, so that one stop request arrives twice within milliseconds. */
const sameRequestMs = 1000;

/** Requests to stop. Signals of a broken process (SIGSEGV, SIGABRT, …) keep the system's handling. */
const stopSignals = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR2'] as const;
/** A second one of these ends the process at once. The others may come with the first: systemd sends SIGHUP as well. */
const escalatingSignals: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGINT'];
const uncaught = ['uncaughtException', 'unhandledRejection'] as const;

interface Stop {
  readonly log: Logger;
  readonly stop: () => Promise<void>;
  /** How long `stop` waits before it does anything else. */
  readonly delayMs: number;
}

export interface StopSignals {
  /** There is something to stop from now on, at an uncaught error as well. */
  stopBy(stop: Stop): void;
  readonly isStopping: boolean;
}

/**
 * At a stop signal ends the process: with exit code 0 while there is nothing to stop yet, else by `stop`, within ten
 * seconds and its delay. A SIGTERM or SIGINT a second or more after the first one ends it at once.
 *
 * To be called first of all: the first process of a container gets only signals that it handles.
 */
export function catchStopSignals(): StopSignals {
  // Before a handler is added.
  if (hasLostSigterm()) process.exit(0);
  let current: Stop | undefined;
  let isStopping = false;
  let exitCode = 0;
  let firstRequestAtMs: number | undefined;

  function begin({ log, stop, delayMs }: Stop): void {
    if (isStopping) return;
    isStopping = true;
    const withinMs = delayMs + stopWithinMs;
    setTimeout(() => {
      log.error(`not stopped within ${withinMs} ms: ending at once`);
      process.exit(1);
    }, withinMs);
    void finish(log, stop);
  }

  async function finish(log: Logger, stop: () => Promise<void>): Promise<void> {
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
      if (!current) process.exit(0);
      const { log } = current;
      if (!isStopping) log.info(`${signal}: stopping`);
      begin(current);
      if (!escalatingSignals.includes(signal)) return;
      firstRequestAtMs ??= performance.now();
      if (performance.now() - firstRequestAtMs <= sameRequestMs) return;
      log.warn(`${signal} again: ending at once`);
      process.exit(1);
    });
  }

  return {
    get isStopping() {
      return isStopping;
    },
    stopBy(given) {
      current = given;
      for (const event of uncaught) {
        process.on(event, (error: unknown) => {
          exitCode = 1;
          given.log.fatal({ err: error }, isStopping ? 'unforeseen error' : 'unforeseen error: stopping');
          begin(given);
        });
      }
    },
  };
}
