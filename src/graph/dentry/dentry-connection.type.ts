import { Directive, Field, ObjectType } from 'type-graphql';
import { Dentry } from './dentry.type.ts';

@ObjectType({ description: 'One row of a list.', simpleResolvers: true })
export class DentryEdge {
  @Field(() => String, { description: 'For `after`: the list goes on behind this row.' })
  cursor!: string;

  @Field(() => Dentry, { description: 'The file or folder.' })
  node!: Dentry;
}

@ObjectType({ description: 'Whether and where a list goes on.', simpleResolvers: true })
@Directive('@shareable')
export class PageInfo {
  @Field(() => Boolean, {
    description:
      'Whether there may be more. A page may have fewer rows than asked for, and still a next page.',
  })
  hasNextPage!: boolean;

  @Field(() => Boolean, { description: 'Always false: lists go forward only.' })
  hasPreviousPage!: boolean;

  @Field(() => String, { nullable: true, description: 'Of the first row; null where the page has no rows.' })
  startCursor!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'For `after`; null where there are no rows and no next page.',
  })
  endCursor!: string | null;
}

@ObjectType({
  description: 'A page of files and folders. DingTalk gives no total.',
  simpleResolvers: true,
})
export class DentryConnection {
  @Field(() => [DentryEdge], { description: 'The rows with their cursors.' })
  edges!: readonly DentryEdge[];

  @Field(() => [Dentry], { description: 'The rows.' })
  nodes!: readonly Dentry[];

  @Field(() => PageInfo, { description: 'Whether and where the list goes on.' })
  pageInfo!: PageInfo;
}
