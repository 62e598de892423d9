import { createHmac, randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { viewerKey, type Viewer } from '../domain/viewer.ts';

/** The name under which log lines may speak of a viewer: always the same, and no way back to the person. */
export type ViewerAlias = (viewer: Viewer) => string;

/** A hash costs as much as the rest of knowing the viewer: those of the latest viewers are kept. */
const maxKept = 10_000;

/** Keyed, because unionIds could be tried one after the other; without `key`, with one of this process alone. */
export function createViewerAlias(key: string | undefined): ViewerAlias {
  const secret = key ?? randomBytes(32);
  const kept = new LRUCache<string, string>({
    max: maxKept,
    memoMethod: (text) => createHmac('sha256', secret).update(text).digest('base64url').slice(0, 16),
  });
  return (viewer) => kept.memo(viewerKey(viewer));
}
