import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, Directive, FieldResolver, ID, Info, Query, Resolver, Root } from 'type-graphql';
import type { GraphContext } from '../graph-context.ts';
import { byIds, LooksUp, type Known } from '../loading/looks-up.decorator.ts';
import { lookupCost, privateForAMinute } from '../scalars/directives.ts';
import { checkId } from '../scalars/opaque-id.ts';
import { conversationSpaceEndpoint } from './conversation-space.endpoint.ts';
import { Conversation, openConversationIdKind } from './conversation.type.ts';
import { Space } from '../space/space.type.ts';

const spaceOf = byIds(openConversationIdKind);

/** Of one conversation, or of each one of a list of ids. */
const spacesOf = ({
  openConversationId,
  openConversationIds,
}: Known): readonly { openConversationId: string }[] =>
  Array.isArray(openConversationIds)
    ? openConversationIds.flatMap((id) => spaceOf({ openConversationId: id }))
    : spaceOf({ openConversationId });

@Resolver(() => Conversation)
export class ConversationSpaceResolver {
  @Query(() => Space, {
    nullable: true,
    description: 'The storage space of a group chat. Null, with an error, where it cannot be read.',
  })
  @Directive(lookupCost)
  @Directive(privateForAMinute)
  @LooksUp(conversationSpaceEndpoint, byIds(openConversationIdKind))
  conversationSpace(
    @Arg('openConversationId', () => ID, {
      description: 'The id of the group chat, unchanged: 1 to 256 characters, case-sensitive.',
    })
    id: string,
    @Ctx() { load }: GraphContext,
    @Info() { path }: GraphQLResolveInfo,
  ): Promise<Space> {
    return load(conversationSpaceEndpoint, { openConversationId: checkId(openConversationIdKind, id) }, path);
  }

  @FieldResolver(() => Space, { nullable: true, description: 'Where the files of this group chat live.' })
  @Directive(lookupCost)
  @Directive(privateForAMinute)
  @LooksUp(conversationSpaceEndpoint, spacesOf)
  space(
    @Root() { openConversationId }: Conversation,
    @Ctx() { load }: GraphContext,
    @Info() { path }: GraphQLResolveInfo,
  ): Promise<Space> {
    return load(
      conversationSpaceEndpoint,
      { openConversationId: checkId(openConversationIdKind, openConversationId) },
      path,
    );
  }
}
