import { Arg, Ctx, Directive, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import { privateForAMinute } from '../scalars/directives.ts';
import { LooksUp } from '../loading/looks-up.decorator.ts';
import type { RequestContext } from '../request-context.ts';
import { Conversation } from './conversation.type.ts';
import { checkId } from '../scalars/opaque-id.ts';
import { openConversationIdKind } from './open-conversation-id.ts';
import { Space } from '../space/space.type.ts';

/** What a router's demand control counts for one upstream call, where an object of ours counts 1 and a scalar nothing. */
const lookupCost = '@cost(weight: 10)';

@Resolver(() => Conversation)
export class ConversationSpaceResolver {
  @Query(() => Space, {
    nullable: true,
    description: 'The storage space of a group chat. Null, with an error, where it cannot be told.',
  })
  @Directive(lookupCost)
  @Directive(privateForAMinute)
  @LooksUp('conversationSpace', 'openConversationId')
  conversationSpace(
    @Arg('openConversationId', () => ID, {
      description: 'The id of the group chat, unchanged: 1 to 256 characters, case-sensitive.',
    })
    openConversationId: string,
    @Ctx() { loaders }: RequestContext,
  ): Promise<Space> {
    return loaders.conversationSpace.load(checkId(openConversationIdKind, openConversationId));
  }

  @FieldResolver(() => Space, { nullable: true, description: 'Where the files of this group chat live.' })
  @Directive(lookupCost)
  @Directive(privateForAMinute)
  @LooksUp('conversationSpace', 'openConversationId')
  space(@Root() { openConversationId }: Conversation, @Ctx() { loaders }: RequestContext): Promise<Space> {
    return loaders.conversationSpace.load(checkId(openConversationIdKind, openConversationId));
  }
}
