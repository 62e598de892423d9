import type { Lookups } from '../cache/lookups.ts';
import type { Viewer } from '../viewer.ts';

/** What a loader is made from, once for each request: so a loader never outlives its viewer. */
export interface LoaderDependencies {
  readonly lookups: Lookups;
  readonly viewer: Viewer;
  /** Aborted when the client has gone. */
  readonly signal: AbortSignal;
}
