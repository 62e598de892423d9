import { inputText } from '../domain/input-text.ts';
import { upstreamName } from '../domain/upstream.ts';
import { viewerKey, type Viewer } from '../domain/viewer.ts';

/** The key of a lookup. Two lookups share it only if they ask the same of the same API for the same viewer. */
export type LookupKeyOf = (api: string, input: unknown, viewer: Viewer) => string;

interface LookupKeyOptions {
  readonly apiUrl: URL;
  /** `corpId`: the organization of viewers whose credentials name none. */
  readonly app: ({ readonly appKey: string } | { readonly suiteKey: string }) & {
    readonly corpId?: string | undefined;
  };
}

/** Keys by upstream, app, organization, viewer, API and input. */
export function createLookupKeyOf({ apiUrl, app }: LookupKeyOptions): LookupKeyOf {
  const upstream = JSON.stringify([upstreamName(apiUrl), 'suiteKey' in app ? app.suiteKey : app.appKey]);
  // Named or not: the organization decides whose token is used, and so what is seen.
  return (api, input, { corpId = app.corpId, unionId }) =>
    `${upstream} ${viewerKey({ corpId, unionId })} ${inputText(api, input)}`;
}
