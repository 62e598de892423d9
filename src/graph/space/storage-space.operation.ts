import { byIds, lookup } from '../loading/looks-up.decorator.ts';
import type { Operation } from '../operation.ts';
import { Space, spaceIdKind } from './space.type.ts';
import { storageSpaceEndpoint } from './storage-space.endpoint.ts';

/** What other subgraphs reach by `spaceId`; it adds no field to the graph. */
export const storageSpace: Operation = {
  entities: [
    {
      type: Space,
      key: spaceIdKind,
      foundBy: lookup(storageSpaceEndpoint, byIds(spaceIdKind)),
    },
  ],
};
