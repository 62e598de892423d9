import { createHmac, randomBytes } from 'node:crypto';
import { viewerKey, type Viewer } from '../viewer.ts';

/** The name under which log lines may speak of a viewer: always the same, and no way back to the person. */
export type ViewerAlias = (viewer: Viewer) => string;

/** Keyed, because unionIds could be tried one after the other; without `key`, with one of this process alone. */
export function createViewerAlias(key: string | undefined): ViewerAlias {
  const secret = key ?? randomBytes(32);
  return (viewer) => createHmac('sha256', secret).update(viewerKey(viewer)).digest('base64url').slice(0, 16);
}
