import type { GraphQLResolveInfo } from 'graphql';
import { Args, Ctx, Directive, FieldResolver, Info, Query, Resolver, Root } from 'type-graphql';
import type { GraphContext } from '../graph-context.ts';
import { asksBeyondKey } from '../federation/entity-selection.ts';
import { byIds, LooksUp } from '../loading/looks-up.decorator.ts';
import { rowsOf } from '../loading/rows.ts';
import {
  idsCost,
  listCost,
  lookupCost,
  privateForAMinute,
  privateForSeconds,
} from '../scalars/directives.ts';
import { checkId } from '../scalars/opaque-id.ts';
import { keyedSpace, Space, spaceIdKind } from '../space/space.type.ts';
import { storageSpaceEndpoint } from '../space/storage-space.endpoint.ts';
import { dentriesPageEndpoint } from './dentries-page.endpoint.ts';
import { DentryConnection } from './dentry-connection.type.ts';
import { checkFirst, listOf, PageArgs, pagesOf } from './dentry-list.args.ts';
import { DentriesArgs, DentryArgs, dentriesOf } from './dentry.args.ts';
import { dentryEndpoint } from './dentry.endpoint.ts';
import { Dentry, dentryIdKind, keyedDentry, rootId, type DentryKey } from './dentry.type.ts';
import { listDentries } from './list-dentries.ts';

/** A dentry as a lookup knows it, or by its key alone, as another subgraph does. */
type DentryOrKey = DentryKey & Partial<Pick<Dentry, 'type' | 'parentId'>>;

@Resolver(() => Dentry)
export class DentryResolver {
  @Query(() => Dentry, { nullable: true, description: 'A file or folder by its ids.' })
  @Directive(lookupCost)
  @Directive(privateForAMinute)
  @LooksUp(dentryEndpoint, byIds(spaceIdKind, dentryIdKind))
  async dentry(
    @Args(() => DentryArgs) args: DentryArgs,
    @Ctx() { load }: GraphContext,
    @Info() { path }: GraphQLResolveInfo,
  ): Promise<Dentry> {
    const spaceId = checkId(spaceIdKind, args.spaceId);
    return load(dentryEndpoint, { spaceId, dentryId: checkId(dentryIdKind, args.dentryId) }, path);
  }

  @Query(() => [Dentry], {
    nullable: 'items',
    description:
      'Files and folders of one space by their ids. One that cannot be read is null, with an error at its place.',
  })
  @Directive(lookupCost)
  @Directive(idsCost)
  @Directive(privateForAMinute)
  @LooksUp(dentryEndpoint, dentriesOf)
  dentries(
    @Args(() => DentriesArgs) args: DentriesArgs,
    @Ctx() context: GraphContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Dentry | null>[] {
    return rowsOf(
      args.dentryIds,
      (id, path) => {
        // For each row: the list itself is never null.
        const spaceId = checkId(spaceIdKind, args.spaceId);
        return context.load(dentryEndpoint, { spaceId, dentryId: checkId(dentryIdKind, id) }, path);
      },
      context,
      info,
    );
  }

  @FieldResolver(() => Dentry, {
    nullable: true,
    description: 'The folder that it is in; null for the root.',
  })
  @Directive(lookupCost)
  @Directive(privateForAMinute)
  @LooksUp(dentryEndpoint, () => [])
  async parent(
    @Root() dentry: DentryOrKey,
    @Ctx() context: GraphContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<DentryOrKey | null> {
    const { spaceId, dentryId } = dentry;
    if (dentryId === rootId) return null;
    const { parentId } = await whole(dentry, context, info.path);
    if (parentId === null) return null;
    const parent = { spaceId, dentryId: parentId };
    // Its key is known, and its own fields look up for themselves.
    return asksBeyondKey(keyedDentry, info) ? context.load(dentryEndpoint, parent, info.path) : parent;
  }

  @FieldResolver(() => Space, { nullable: true, description: 'The space that it is in.' })
  @Directive(lookupCost)
  @Directive(privateForAMinute)
  @LooksUp(storageSpaceEndpoint, byIds(spaceIdKind))
  async space(
    @Root() { spaceId }: DentryKey,
    @Ctx() { load }: GraphContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Pick<Space, 'spaceId'>> {
    return asksBeyondKey(keyedSpace, info) ? load(storageSpaceEndpoint, { spaceId }, info.path) : { spaceId };
  }

  @FieldResolver(() => DentryConnection, {
    nullable: true,
    description: 'What a folder holds; null for a file.',
  })
  @Directive(lookupCost)
  @Directive(listCost)
  @Directive(privateForSeconds)
  @LooksUp(dentriesPageEndpoint, pagesOf('dentryId'))
  async children(
    @Root() dentry: DentryOrKey,
    @Args(() => PageArgs) { first, after, orderBy }: PageArgs,
    @Ctx() context: GraphContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<DentryConnection | null> {
    const rows = checkFirst(first);
    const { type } = await whole(dentry, context, info.path);
    if (type === 'FILE') return null;
    const list = listOf(dentry.spaceId, dentry.dentryId, orderBy);
    return listDentries({ list, first: rows, after }, context, info);
  }
}

/** Looks up what the key alone does not say. */
async function whole(
  { spaceId, dentryId, type, parentId }: DentryOrKey,
  { load }: GraphContext,
  path: GraphQLResolveInfo['path'],
): Promise<Pick<Dentry, 'type' | 'parentId'>> {
  if (dentryId === rootId) return { type: 'FOLDER', parentId: null };
  if (type !== undefined && parentId !== undefined) return { type, parentId };
  return load(dentryEndpoint, { spaceId, dentryId }, path);
}
