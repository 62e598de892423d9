import { byIds, lookup } from '../loading/looks-up.decorator.ts';
import type { Operation } from '../operation.ts';
import { spaceIdKind } from '../space/space.type.ts';
import { DentryLinksResolver } from './dentry-links.resolver.ts';
import { dentryEndpoint } from './dentry.endpoint.ts';
import { DentryResolver } from './dentry.resolver.ts';
import { dentryIdKind, keyedDentry } from './dentry.type.ts';
import { SpaceFilesResolver } from './space-files.resolver.ts';

export const dentry: Operation = {
  resolvers: [DentryResolver, DentryLinksResolver, SpaceFilesResolver],
  entities: [
    {
      ...keyedDentry,
      foundBy: lookup(dentryEndpoint, byIds(spaceIdKind, dentryIdKind)),
    },
  ],
};
