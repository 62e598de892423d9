import { Arg, Ctx, Extensions, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../request-context.ts';
import { Conversation } from './conversation.type.ts';
import { checkOpenConversationId } from './open-conversation-id.ts';
import { Space } from './space.type.ts';

@Resolver(() => Conversation)
export class ConversationSpaceResolver {
  @Query(() => Space, {
    nullable: true,
    description: 'The storage space of a group chat. Null, with an error, where it cannot be told.',
  })
  @Extensions({ lookupBy: 'openConversationId' })
  conversationSpace(
    @Arg('openConversationId', () => ID, {
      description: 'The id of the group chat, unchanged: 1 to 256 characters, case-sensitive.',
    })
    openConversationId: string,
    @Ctx() { loaders }: RequestContext,
  ): Promise<Space> {
    return loaders.conversationSpace.load(checkOpenConversationId(openConversationId));
  }

  @FieldResolver(() => Space, { nullable: true, description: 'Where the files of this group chat live.' })
  @Extensions({ lookupBy: 'openConversationId' })
  space(@Root() { openConversationId }: Conversation, @Ctx() { loaders }: RequestContext): Promise<Space> {
    return loaders.conversationSpace.load(checkOpenConversationId(openConversationId));
  }
}
