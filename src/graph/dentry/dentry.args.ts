import { ArgsType, Field, ID } from 'type-graphql';
import { byIds, type Known } from '../loading/looks-up.decorator.ts';
import { spaceIdKind } from '../space/space.type.ts';
import { dentryIdKind, type DentryKey } from './dentry.type.ts';

@ArgsType()
export class DentryArgs {
  @Field(() => ID, { description: 'The id of the space, unchanged.' })
  spaceId!: string;

  @Field(() => ID, {
    description: 'The id of the file or folder within the space, unchanged. It is not the uuid.',
  })
  dentryId!: string;
}

@ArgsType()
export class DentriesArgs {
  @Field(() => ID, { description: 'The id of the space, unchanged.' })
  spaceId!: string;

  @Field(() => [ID], { description: 'The ids of files and folders within the space, unchanged.' })
  dentryIds!: string[];
}

const dentryOf = byIds(spaceIdKind, dentryIdKind);

/** Of one file or folder, or of each one of a list of ids. */
export const dentriesOf = ({ spaceId, dentryId, dentryIds }: Known): readonly DentryKey[] =>
  Array.isArray(dentryIds)
    ? dentryIds.flatMap((id) => dentryOf({ spaceId, dentryId: id }))
    : dentryOf({ spaceId, dentryId });
