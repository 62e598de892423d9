import type { Observer } from '../../src/domain/observer.ts';

/** For a test that does not look at events. */
export const silentObserver: Observer = {
  lookupEnded: () => undefined,
  callEnded: () => undefined,
  attemptsEnded: () => undefined,
  turnEnded: () => undefined,
};
