import { GraphQLSafeInt } from 'graphql-scalars';
import { Field, ObjectType } from 'type-graphql';
import type { UpstreamLong } from '../scalars/lenient-bodies.ts';
import { partitionType, quotaType } from './space.enums.ts';

@ObjectType({ description: 'The capacity of a space in one storage.', simpleResolvers: true })
export class SpacePartition {
  @Field(() => partitionType.type, { description: 'Which storage.' })
  type!: string;

  @Field(() => GraphQLSafeInt, { nullable: true, description: 'Bytes in use.' })
  used!: UpstreamLong;

  @Field(() => GraphQLSafeInt, {
    nullable: true,
    description: "Bytes at most; null where it draws on the organization's capacity.",
  })
  max!: UpstreamLong;

  @Field(() => GraphQLSafeInt, { nullable: true, description: 'Bytes set aside; null where there are none.' })
  reserved!: UpstreamLong;

  @Field(() => quotaType.type, { nullable: true, description: 'How the capacity is given.' })
  quotaType!: string | null;
}
