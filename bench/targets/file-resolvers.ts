import type { File, Files, Thumbnail } from './files.ts';

/** The files on behalf of one viewer. */
export interface ViewerFiles {
  page(spaceId: string, first: number): Promise<File[]>;
  file(spaceId: string, dentryId: string): Promise<File>;
  thumbnail(spaceId: string, dentryId: string): Promise<Thumbnail | null>;
}

export const ofViewer = (files: Files, unionId: string): ViewerFiles => ({
  page: (spaceId, first) => files.page(spaceId, first, unionId),
  file: (spaceId, dentryId) => files.file(spaceId, dentryId, unionId),
  thumbnail: (spaceId, dentryId) => files.thumbnail(spaceId, dentryId, unionId),
});

/** The resolvers of files: each field makes the call that it needs. A space by its id needs none. */
export const fileResolvers = <Context>(filesOf: (context: Context) => ViewerFiles) => ({
  Query: {
    space: (_root: unknown, { spaceId }: { spaceId: string }) => ({ spaceId }),
    dentries: (
      _root: unknown,
      { spaceId, dentryIds }: { spaceId: string; dentryIds: readonly string[] },
      context: Context,
    ) => dentryIds.map((dentryId) => filesOf(context).file(spaceId, dentryId)),
  },
  Space: {
    dentries: async (
      { spaceId }: { spaceId: string },
      { first }: { first: number },
      context: Context,
    ): Promise<{ nodes: File[] }> => ({ nodes: await filesOf(context).page(spaceId, first) }),
  },
  Dentry: {
    thumbnail: ({ spaceId, dentryId }: File, _args: unknown, context: Context) =>
      filesOf(context).thumbnail(spaceId, dentryId),
  },
});
