import type { DingTalkConfig } from '../config/config.ts';
import type { Viewer } from '../domain/viewer.ts';

/** One text for what one viewer asks of one API, and another for everything else: nothing is shared beyond it. */
export type LookupKeyOf = (api: string, input: unknown, viewer: Viewer) => string;

/** Keys by upstream, app, organization, viewer, API and input. */
export function createLookupKeyOf({ apiUrl, app }: Pick<DingTalkConfig, 'apiUrl' | 'app'>): LookupKeyOf {
  const appKey = app.kind === 'suite' ? app.suiteKey : app.appKey;
  // Whose token is used decides what is seen, for viewers that name no organization as well.
  const ownCorpId = app.kind === 'internal' ? undefined : app.corpId;
  return (api, input, { corpId = ownCorpId, unionId }) =>
    JSON.stringify([apiUrl.origin, appKey, corpId ?? null, unionId, api, input]);
}
