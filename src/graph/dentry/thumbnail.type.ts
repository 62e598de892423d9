import { Field, Int, ObjectType } from 'type-graphql';
import type { UpstreamLong } from '../scalars/lenient-bodies.ts';

@ObjectType({ description: 'A small picture of a file.', simpleResolvers: true })
export class Thumbnail {
  @Field(() => String, { description: 'A temporary link to the picture.' })
  url!: string;

  @Field(() => Int, { nullable: true, description: 'Pixels.' })
  width!: UpstreamLong;

  @Field(() => Int, { nullable: true, description: 'Pixels.' })
  height!: UpstreamLong;
}
