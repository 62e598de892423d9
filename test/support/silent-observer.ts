import type { Observer } from '../../src/domain/observer.ts';

/** An observer for tests that ignore events. */
export const silentObserver: Observer = {
  lookupEnded: () => undefined,
  callEnded: () => undefined,
  attemptsEnded: () => undefined,
  turnEnded: () => undefined,
};
