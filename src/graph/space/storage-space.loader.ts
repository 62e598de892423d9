import type DataLoader from 'dataloader';
import type { Space } from './space.type.ts';
import type { LoaderDependencies } from '../loading/loader-dependencies.ts';
import { createLookupLoader } from '../loading/lookup-loader.ts';
import { storageSpaceEndpoint } from './storage-space.endpoint.ts';

export type StorageSpaceLoader = DataLoader<string, Space>;

/** Spaces by `spaceId`. */
export const createStorageSpaceLoader = (dependencies: LoaderDependencies): StorageSpaceLoader =>
  createLookupLoader(dependencies, storageSpaceEndpoint, (spaceId) => ({ spaceId }));
