import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, Directive, FieldResolver, ID, Info, Query, Resolver, Root } from 'type-graphql';
import type { GraphContext } from '../graph-context.ts';
import { asksBeyondKey } from '../federation/entity-selection.ts';
import { byIds, LooksUp } from '../loading/looks-up.decorator.ts';
import { lookupCost, privateForAMinute } from '../scalars/directives.ts';
import { checkId } from '../scalars/opaque-id.ts';
import { SpacePartition } from './space-partition.type.ts';
import { spaceOwnerType, spaceStatus } from './space.enums.ts';
import { keyedSpace, Space, spaceIdKind } from './space.type.ts';
import { storageSpaceEndpoint, type StorageSpace } from './storage-space.endpoint.ts';

/** The fields of one space that only the storage API has are one call together. */
@Resolver(() => Space)
export class SpaceResolver {
  @Query(() => Space, {
    nullable: true,
    description:
      'A storage space by its own id. Costs a call only where a field is asked for that looks nothing up by itself.',
  })
  @Directive(lookupCost)
  @Directive(privateForAMinute)
  @LooksUp(storageSpaceEndpoint, byIds(spaceIdKind))
  space(
    @Arg('spaceId', () => ID, { description: 'The id of the space, unchanged.' }) spaceId: string,
    @Ctx() context: GraphContext,
    @Info() info: GraphQLResolveInfo,
  ): Pick<Space, 'spaceId'> | Promise<Space> {
    const space = { spaceId: checkId(spaceIdKind, spaceId) };
    return asksBeyondKey(keyedSpace, info) ? storageSpaceOf(space, context, info) : space;
  }

  @FieldResolver(() => String, { nullable: true, description: 'Its name.' })
  @Directive(lookupCost)
  @LooksUp(storageSpaceEndpoint, byIds(spaceIdKind))
  async name(@Root() space: Space, @Ctx() context: GraphContext, @Info() info: GraphQLResolveInfo) {
    return (await storageSpaceOf(space, context, info)).name;
  }

  @FieldResolver(() => spaceStatus.type, { nullable: true, description: 'Its state.' })
  @Directive(lookupCost)
  @LooksUp(storageSpaceEndpoint, byIds(spaceIdKind))
  async status(@Root() space: Space, @Ctx() context: GraphContext, @Info() info: GraphQLResolveInfo) {
    return (await storageSpaceOf(space, context, info)).status;
  }

  @FieldResolver(() => spaceOwnerType.type, { nullable: true, description: 'Whose it is.' })
  @Directive(lookupCost)
  @LooksUp(storageSpaceEndpoint, byIds(spaceIdKind))
  async ownerType(@Root() space: Space, @Ctx() context: GraphContext, @Info() info: GraphQLResolveInfo) {
    return (await storageSpaceOf(space, context, info)).ownerType;
  }

  @FieldResolver(() => [SpacePartition], { nullable: true, description: 'Its capacity in each storage.' })
  @Directive(lookupCost)
  @LooksUp(storageSpaceEndpoint, byIds(spaceIdKind))
  async partitions(@Root() space: Space, @Ctx() context: GraphContext, @Info() info: GraphQLResolveInfo) {
    return (await storageSpaceOf(space, context, info)).partitions;
  }
}

const storageSpaceOf = (
  { spaceId }: Pick<Space, 'spaceId'>,
  { load }: GraphContext,
  { path }: GraphQLResolveInfo,
): Promise<StorageSpace> => load(storageSpaceEndpoint, { spaceId }, path);
