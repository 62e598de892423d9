import type { Space } from './surroundings.ts';

/** One call of the upstream: resolves with the parsed body, rejects for a refusal. */
export type Send = (
  method: 'GET' | 'POST',
  path: string,
  query: Readonly<Record<string, string>>,
  body?: object,
) => Promise<unknown>;

/** DingTalk's API as a target calls it. */
export interface Api {
  readonly lookup: (openConversationId: string, unionId: string) => Promise<Space>;
  readonly files: Files;
}

export interface File {
  readonly spaceId: string;
  readonly dentryId: string;
  readonly name: string;
  readonly size: number;
}

export interface Thumbnail {
  readonly url: string;
}

/** The files of spaces, one item a call: what a tool without knowledge of DingTalk's batches does. */
export interface Files {
  page(spaceId: string, first: number, unionId: string): Promise<File[]>;
  file(spaceId: string, dentryId: string, unionId: string): Promise<File>;
  /** The thumbnail API has no other form than that for several ids. */
  thumbnail(spaceId: string, dentryId: string, unionId: string): Promise<Thumbnail | null>;
}

export interface WireDentry {
  readonly id: string;
  readonly spaceId: string;
  readonly name: string;
  readonly size: number;
}

const spaces = '/v1.0/storage/spaces';

export const fileOf = ({ id, spaceId, name, size }: WireDentry): File => ({
  spaceId,
  dentryId: id,
  name,
  size,
});

export const createFiles = (send: Send): Files => ({
  async page(spaceId, first, unionId) {
    const path = `${spaces}/${encodeURIComponent(spaceId)}/dentries`;
    const query = { unionId, parentId: '0', maxResults: String(first) };
    const { dentries } = (await send('GET', path, query)) as { dentries: WireDentry[] };
    return dentries.map(fileOf);
  },
  async file(spaceId, dentryId, unionId) {
    const path = `${spaces}/${encodeURIComponent(spaceId)}/dentries/${encodeURIComponent(dentryId)}/query`;
    const { dentry } = (await send('POST', path, { unionId }, {})) as { dentry: WireDentry };
    return fileOf(dentry);
  },
  async thumbnail(spaceId, dentryId, unionId) {
    const path = `${spaces}/${encodeURIComponent(spaceId)}/thumbnails/query`;
    const { resultItems } = (await send('POST', path, { unionId }, { dentryIds: [dentryId] })) as {
      resultItems: { thumbnail?: Thumbnail }[];
    };
    return resultItems[0]?.thumbnail ?? null;
  },
});
