import type { EndedLookup } from '../../cache/lookup-report.ts';
import type { Lookups } from '../../cache/lookup-cache.ts';
import type { Viewer } from '../../domain/viewer.ts';
import type { Waiting } from '../../async/deadline.ts';

/** What a loader is made from, once for each request: so a loader never outlives its viewer. */
export interface LoaderDependencies {
  readonly lookups: Lookups;
  readonly viewer: Viewer;
  /** Ends with the time that the request has left, or when the client has gone. */
  readonly waiting: Waiting;
  /** Hears how each lookup went; undefined where nobody wants to know. */
  readonly onLookupEnded?: ((id: string, lookup: EndedLookup) => void) | undefined;
}
