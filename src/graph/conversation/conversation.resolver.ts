import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, Directive, ID, Info, Query, Resolver } from 'type-graphql';
import type { GraphContext } from '../graph-context.ts';
import { byIds, LooksUp } from '../loading/looks-up.decorator.ts';
import { rowsOf } from '../loading/rows.ts';
import { idsCost, lookupCost, privateForAMinute } from '../scalars/directives.ts';
import { checkId } from '../scalars/opaque-id.ts';
import { chatConversationEndpoint } from './chat-conversation.endpoint.ts';
import { chatIdKind, Conversation, openConversationIdKind } from './conversation.type.ts';

@Resolver(() => Conversation)
export class ConversationResolver {
  @Query(() => Conversation, { nullable: true, description: 'A group chat. Costs no call by itself.' })
  conversation(
    @Arg('openConversationId', () => ID, {
      description: 'The id of the group chat, unchanged: 1 to 256 characters, case-sensitive.',
    })
    id: string,
  ): Conversation {
    return conversationOf(id);
  }

  @Query(() => [Conversation], {
    nullable: 'items',
    description: 'Group chats. Costs no call by itself. A bad id is null, with an error at its place.',
  })
  @Directive(idsCost)
  conversations(
    @Arg('openConversationIds', () => [ID], { description: 'The ids of the group chats, unchanged.' })
    ids: string[],
    @Ctx() context: GraphContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Conversation | null>[] {
    return rowsOf(ids, conversationOf, context, info);
  }

  @Query(() => Conversation, {
    nullable: true,
    description: 'A group chat by its chatId. Only where the gateway is an internal application.',
  })
  @Directive(lookupCost)
  @Directive(privateForAMinute)
  @LooksUp(chatConversationEndpoint, byIds(chatIdKind))
  async conversationByChatId(
    @Arg('chatId', () => ID, { description: 'The chatId of the server API, unchanged.' }) chatId: string,
    @Ctx() { load }: GraphContext,
    @Info() { path }: GraphQLResolveInfo,
  ): Promise<Conversation> {
    return load(chatConversationEndpoint, { chatId: checkId(chatIdKind, chatId) }, path);
  }
}

const conversationOf = (id: string): Conversation => ({
  openConversationId: checkId(openConversationIdKind, id),
});
