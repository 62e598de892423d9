/** The person on whose behalf DingTalk is called. Part of every key under which results are cached or shared. */
export interface Viewer {
  /** The operator's unionId. Identifies a person: never logged, never in an answer. */
  readonly unionId: string;
  /** The operator's organization, where the credentials name it. */
  readonly corpId?: string | undefined;
  /** The name of the client's API key. Clients of one viewer take turns like viewers, and share what is remembered. */
  readonly keyName?: string | undefined;
}

/** A string that is unique for each viewer. */
export const viewerKey = ({ unionId, corpId }: Viewer): string => JSON.stringify([corpId ?? null, unionId]);

/** A string that is unique for each viewer, and among the clients of one for each API key: those take turns. */
export const turnKey = (viewer: Viewer): string =>
  viewer.keyName === undefined ? viewerKey(viewer) : `${viewer.keyName} ${viewerKey(viewer)}`;
