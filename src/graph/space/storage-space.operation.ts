import { Space } from './space.type.ts';
import type { Operation } from '../operation.ts';
import { spaceIdKind } from './space-id.ts';
import { createStorageSpaceLoader, type StorageSpaceLoader } from './storage-space.loader.ts';

/** What other subgraphs reach by `spaceId`; it adds no field to the graph. */
export const storageSpace: Operation<StorageSpaceLoader> = {
  createLoader: createStorageSpaceLoader,
  entities: [
    {
      type: Space,
      key: spaceIdKind,
      foundBy: 'storageSpace',
    },
  ],
};
