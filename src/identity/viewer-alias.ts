import { createHmac, randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { viewerKey, type Viewer } from '../domain/viewer.ts';

/** The name of a viewer in log lines: always the same, and not reversible to the person. */
export type ViewerAlias = (viewer: Viewer) => string;

/** A hash costs as much as the rest of authentication, so those of the latest viewers are cached. */
const maxCached = 10_000;

/** A keyed hash, because unionIds could be guessed. Without `key` each process has a random one. */
export function createViewerAlias(key: string | undefined): ViewerAlias {
  const secret = key ?? randomBytes(32);
  const aliases = new LRUCache<string, string>({
    max: maxCached,
    memoMethod: (text) => createHmac('sha256', secret).update(text).digest('base64url').slice(0, 16),
  });
  return (viewer) => aliases.memo(viewerKey(viewer));
}
