import type { EndedLookup } from '../cache/lookup-report.ts';
import type { Lookups } from '../cache/lookups.ts';
import type { Viewer } from '../viewer.ts';
import type { Signal } from '../signal.ts';

/** What a loader is made from, once for each request: so a loader never outlives its viewer. */
export interface LoaderDependencies {
  readonly lookups: Lookups;
  readonly viewer: Viewer;
  /** Aborted when the client has gone. */
  readonly signal: Signal;
  /** Hears how each lookup went; undefined where nobody wants to know. */
  readonly onLookupEnded?: ((id: string, lookup: EndedLookup) => void) | undefined;
}
