import { Directive, Field, ID, ObjectType } from 'type-graphql';
import { joinKey, privateForAMinute } from '../scalars/directives.ts';
import { DateTime } from '../scalars/date-time.ts';
import { pathIdKind } from '../scalars/opaque-id.ts';
import type { UpstreamTime } from '../scalars/upstream-time-body.ts';

export const spaceIdKind = pathIdKind('spaceId');

@ObjectType({
  description: 'Where the files of a group chat live: its storage space.',
  simpleResolvers: true,
})
@Directive('@key(fields: "spaceId")')
@Directive(privateForAMinute)
export class Space {
  @Field(() => ID, { description: 'The id of the storage space.' })
  @Directive(joinKey)
  spaceId!: string;

  @Field(() => ID, { description: 'The organization that the space belongs to.' })
  corpId!: string;

  @Field(() => DateTime, { nullable: true, description: 'When the space was created.' })
  createTime!: UpstreamTime;

  @Field(() => DateTime, { nullable: true, description: 'When the space was last modified.' })
  modifiedTime!: UpstreamTime;
}

export const keyedSpace = { type: Space, keys: [spaceIdKind] } as const;
