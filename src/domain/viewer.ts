/** On whose behalf DingTalk is called. Part of every key under which anything is shared or kept. */
export interface Viewer {
  /** The operator's unionId. Identifies a person: never logged, never in an answer. */
  readonly unionId: string;
  /** The operator's organization, where the credentials name it. */
  readonly corpId?: string | undefined;
}

/** One text for one viewer, and another for every other. */
export const viewerKey = ({ unionId, corpId }: Viewer): string => JSON.stringify([corpId ?? null, unionId]);
