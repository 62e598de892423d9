import { GraphQLSafeInt } from 'graphql-scalars';
import { Directive, Field, ID, ObjectType } from 'type-graphql';
import { spaceIdKind } from '../space/space.type.ts';
import { DateTime } from '../scalars/date-time.ts';
import { joinKey, privateForAMinute } from '../scalars/directives.ts';
import type { UpstreamLong } from '../scalars/lenient-bodies.ts';
import { idKind, pathIdKind } from '../scalars/opaque-id.ts';
import type { UpstreamTime } from '../scalars/upstream-time-body.ts';
import { dentryCategory, dentryStatus, dentryType, storageDriver } from './dentry.enums.ts';

/** The id of a file or folder, also as a segment of a path. The root of a space is `0`. */
export const dentryIdKind = pathIdKind('dentryId');
/** The same where it names a folder. */
export const parentIdKind = idKind('parentId');

export const rootId = '0';

/** What identifies a dentry: an id is unique within its space only. */
export interface DentryKey {
  readonly spaceId: string;
  readonly dentryId: string;
}

/** Fields that cost a call are in `dentry.resolver.ts`. */
@ObjectType({ description: "A file or a folder: DingTalk's word for both.", simpleResolvers: true })
@Directive('@key(fields: "spaceId dentryId")')
@Directive(privateForAMinute)
export class Dentry implements DentryKey {
  @Field(() => ID, { description: 'The space that it is in.' })
  @Directive(joinKey)
  spaceId!: string;

  @Field(() => ID, { description: 'Its id within the space. The root folder is `0`.' })
  @Directive(joinKey)
  dentryId!: string;

  @Field(() => ID, { nullable: true, description: 'An id that stays when it is moved to another space.' })
  uuid!: string | null;

  @Field(() => ID, { nullable: true, description: 'The folder that it is in; null for the root.' })
  parentId!: string | null;

  @Field(() => dentryType.type, { description: 'Whether it is a file or a folder.' })
  type!: string;

  @Field(() => String, { description: 'The name with its extension.' })
  name!: string;

  @Field(() => String, {
    nullable: true,
    description: 'Where it is in the space: a text to show, not an id.',
  })
  path!: string | null;

  @Field(() => String, { nullable: true, description: 'Without the dot; null for a folder.' })
  extension!: string | null;

  @Field(() => GraphQLSafeInt, { nullable: true, description: 'Bytes; null for a folder.' })
  size!: UpstreamLong;

  @Field(() => GraphQLSafeInt, { nullable: true, description: 'The version of a file; null for a folder.' })
  version!: UpstreamLong;

  @Field(() => dentryStatus.type, { nullable: true, description: 'Its state.' })
  status!: string | null;

  @Field(() => dentryCategory.type, {
    nullable: true,
    description: 'What kind of file it is. Only lists know it: it is null elsewhere.',
  })
  category!: string | null;

  @Field(() => storageDriver.type, { nullable: true, description: 'Where its bytes are.' })
  storageDriver!: string | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether it cannot be changed.' })
  readOnly!: boolean | null;

  @Field(() => ID, { nullable: true, description: 'The unionId of the person who created it.' })
  creatorId!: string | null;

  @Field(() => ID, { nullable: true, description: 'The unionId of the person who last changed it.' })
  modifierId!: string | null;

  @Field(() => DateTime, { nullable: true, description: 'When it was created.' })
  createTime!: UpstreamTime;

  @Field(() => DateTime, {
    nullable: true,
    description: 'When it was last changed. A folder keeps its time when something in it changes.',
  })
  modifiedTime!: UpstreamTime;
}

export const keyedDentry = { type: Dentry, keys: [spaceIdKind, dentryIdKind] } as const;
