import { byIds, lookup } from '../loading/looks-up.decorator.ts';
import type { Operation } from '../operation.ts';
import { SpaceResolver } from './space.resolver.ts';
import { keyedSpace, spaceIdKind } from './space.type.ts';
import { storageSpaceEndpoint } from './storage-space.endpoint.ts';

export const space: Operation = {
  resolvers: [SpaceResolver],
  entities: [
    {
      ...keyedSpace,
      foundBy: lookup(storageSpaceEndpoint, byIds(spaceIdKind)),
    },
  ],
};
