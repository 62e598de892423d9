import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, Directive, FieldResolver, ID, Info, Resolver, Root } from 'type-graphql';
import type { GraphContext } from '../graph-context.ts';
import { byIds, LooksUp } from '../loading/looks-up.decorator.ts';
import { listCost, lookupCost, privateForAMinute, privateForSeconds } from '../scalars/directives.ts';
import { checkId } from '../scalars/opaque-id.ts';
import { Space, spaceIdKind } from '../space/space.type.ts';
import { dentriesPageEndpoint } from './dentries-page.endpoint.ts';
import { DentryConnection } from './dentry-connection.type.ts';
import { checkFirst, FolderArgs, listOf, pagesOf } from './dentry-list.args.ts';
import { dentryEndpoint } from './dentry.endpoint.ts';
import { Dentry, dentryIdKind } from './dentry.type.ts';
import { listDentries } from './list-dentries.ts';

@Resolver(() => Space)
export class SpaceFilesResolver {
  @FieldResolver(() => DentryConnection, {
    nullable: true,
    description: 'What a folder of this space holds.',
  })
  @Directive(lookupCost)
  @Directive(listCost)
  @Directive(privateForSeconds)
  @LooksUp(dentriesPageEndpoint, pagesOf('parentId'))
  async dentries(
    @Root() { spaceId }: Space,
    @Args(() => FolderArgs) { parentId, first, after, orderBy }: FolderArgs,
    @Ctx() context: GraphContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<DentryConnection> {
    const list = listOf(spaceId, parentId, orderBy);
    return listDentries({ list, first: checkFirst(first), after }, context, info);
  }

  @FieldResolver(() => Dentry, { nullable: true, description: 'A file or folder of this space by its id.' })
  @Directive(lookupCost)
  @Directive(privateForAMinute)
  @LooksUp(dentryEndpoint, byIds(spaceIdKind, dentryIdKind))
  async dentry(
    @Root() { spaceId }: Space,
    @Arg('dentryId', () => ID, { description: 'Its id within the space, unchanged.' }) dentryId: string,
    @Ctx() { load }: GraphContext,
    @Info() { path }: GraphQLResolveInfo,
  ): Promise<Dentry> {
    return load(dentryEndpoint, { spaceId, dentryId: checkId(dentryIdKind, dentryId) }, path);
  }
}
