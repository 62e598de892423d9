import type { Sandbox } from '../../../src/sandbox/sandbox.ts';
import { fetchAccessToken, get, post, type Received } from '../sandbox-client.ts';

type Query = Readonly<Record<string, string | number>>;

/** The file operations over raw HTTP, as `chyxxxxx` unless another operator is given. */
export interface FilesClient {
  list(spaceId: string, query: Query, unionId?: string): Promise<Received>;
  dentry(spaceId: string, dentryId: string, body?: unknown, unionId?: string): Promise<Received>;
  batch(spaceId: string, dentryIds: unknown, option?: object, unionId?: string): Promise<Received>;
  thumbnails(spaceId: string, dentryIds: unknown, unionId?: string): Promise<Received>;
  downloadInfo(spaceId: string, dentryId: string, body?: unknown, unionId?: string): Promise<Received>;
  openInfo(spaceId: string, dentryId: string, body?: unknown, unionId?: string): Promise<Received>;
}

function pathOf(spaceId: string, rest: string, query: Query): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) search.set(name, String(value));
  return `/v1.0/storage/spaces/${encodeURIComponent(spaceId)}/${rest}?${search.toString()}`;
}

/** A client with a token of the internal app. */
export async function createFilesClient(sandbox: Sandbox): Promise<FilesClient> {
  const headers = { 'x-acs-dingtalk-access-token': await fetchAccessToken(sandbox) };
  const ask = (spaceId: string, rest: string, body: unknown, unionId = 'chyxxxxx'): Promise<Received> =>
    post(sandbox, pathOf(spaceId, rest, { unionId }), body, headers);
  const ofDentry =
    (rest: string) =>
    (spaceId: string, dentryId: string, body: unknown = {}, unionId?: string): Promise<Received> =>
      ask(spaceId, `dentries/${encodeURIComponent(dentryId)}/${rest}`, body, unionId);

  return {
    list: (spaceId, query, unionId = 'chyxxxxx') =>
      get(sandbox, pathOf(spaceId, 'dentries', { unionId, ...query }), headers),
    dentry: ofDentry('query'),
    batch: (spaceId, dentryIds, option, unionId) =>
      ask(spaceId, 'dentries/query', { dentryIds, ...(option && { option }) }, unionId),
    thumbnails: (spaceId, dentryIds, unionId) => ask(spaceId, 'thumbnails/query', { dentryIds }, unionId),
    downloadInfo: ofDentry('downloadInfos/query'),
    openInfo: ofDentry('openInfos/query'),
  };
}

export interface ListBody {
  readonly dentries: readonly (Record<string, unknown> & { readonly id: string })[];
  readonly nextToken?: string;
}

/** The ids of a page, in its order. */
export const idsOf = ({ body }: Received): string[] => (body as ListBody).dentries.map(({ id }) => id);

/** The token for the page after this one. */
export const nextTokenOf = ({ body }: Received): string | undefined => (body as ListBody).nextToken;

/** The status and the code of an error answer. */
export const refusalOf = ({ status, body }: Received): unknown[] => [
  status,
  (body as { readonly code?: string }).code,
];
