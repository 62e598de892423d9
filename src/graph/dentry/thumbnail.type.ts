import { Field, Int, ObjectType } from 'type-graphql';

@ObjectType({ description: 'A small picture of a file.', simpleResolvers: true })
export class Thumbnail {
  @Field(() => String, { description: 'A temporary link to the picture.' })
  url!: string;

  @Field(() => Int, { nullable: true, description: 'Pixels.' })
  width!: number | null;

  @Field(() => Int, { nullable: true, description: 'Pixels.' })
  height!: number | null;
}
