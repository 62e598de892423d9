import { Directive, Field, ID, ObjectType } from 'type-graphql';
import { joinKey } from '../scalars/directives.ts';
import { idKind, pathIdKind } from '../scalars/opaque-id.ts';

export const openConversationIdKind = idKind('openConversationId');
export const chatIdKind = pathIdKind('chatId');

/** Its field `space` is resolved beside the query, in `conversation-space.resolver.ts`. */
@ObjectType({ description: 'A group chat.', simpleResolvers: true })
@Directive('@key(fields: "openConversationId")')
export class Conversation {
  @Field(() => ID, { description: 'The id of the group chat: opaque and case-sensitive.' })
  @Directive(joinKey)
  openConversationId!: string;
}
