import { ArgsType, Field, ID, InputType, Int } from 'type-graphql';
import { publicError } from '../../errors/public-error.ts';
import type { Known } from '../loading/looks-up.decorator.ts';
import { checkId } from '../scalars/opaque-id.ts';
import { spaceIdKind } from '../space/space.type.ts';
import type { PageInput } from './dentries-page.endpoint.ts';
import {
  dentryOrderField,
  orderDirection,
  type DentryOrderField,
  type OrderDirection,
} from './dentry.enums.ts';
import { parentIdKind, rootId } from './dentry.type.ts';

@InputType({ description: 'How a list of dentries is sorted.' })
export class DentryOrder {
  @Field(() => dentryOrderField, { defaultValue: 'MODIFIED_TIME', description: 'By what.' })
  field!: DentryOrderField;

  @Field(() => orderDirection, { defaultValue: 'DESC', description: 'In which direction.' })
  direction!: OrderDirection;
}

/** The arguments of a list of one folder. */
@ArgsType()
export class PageArgs {
  @Field(() => Int, { nullable: true, defaultValue: 50, description: 'How many rows at most: 1 to 50.' })
  first!: number | null;

  @Field(() => String, { nullable: true, description: 'The cursor of the last row that is known.' })
  after?: string | null;

  @Field(() => DentryOrder, { nullable: true, description: 'By default the latest change first.' })
  orderBy?: DentryOrder | null;
}

/** The same for a folder that is named. */
@ArgsType()
export class FolderArgs extends PageArgs {
  @Field(() => ID, { nullable: true, defaultValue: rootId, description: 'The folder; by default the root.' })
  parentId!: string | null;
}

/** One list: what stays the same from page to page. */
export interface DentryList {
  readonly spaceId: string;
  readonly parentId: string;
  readonly field: DentryOrderField;
  readonly direction: OrderDirection;
}

const orderOf = (
  orderBy: Partial<DentryOrder> | null | undefined,
): Pick<DentryList, 'field' | 'direction'> => ({
  field: orderBy?.field ?? 'MODIFIED_TIME',
  direction: orderBy?.direction ?? 'DESC',
});

export function listOf(
  spaceId: string,
  parentId: string | null,
  orderBy: DentryOrder | null | undefined,
): DentryList {
  return { spaceId, parentId: checkId(parentIdKind, parentId ?? rootId), ...orderOf(orderBy) };
}

const maxFirst = 50;

/** @throws a public `BAD_USER_INPUT` error. */
export function checkFirst(first: number | null | undefined): number {
  const rows = first ?? maxFirst;
  if (rows >= 1 && rows <= maxFirst) return rows;
  throw publicError('BAD_USER_INPUT', `first must be 1 to ${maxFirst}.`, { argument: 'first' });
}

/** The page that a field shows, whose folder is known by the argument or key `parent`. */
export const pagesOf =
  (parent: 'parentId' | 'dentryId') =>
  (known: Known): readonly PageInput[] => {
    const { spaceId, first, after, orderBy, [parent]: parentId } = known;
    if (!spaceIdKind.accepts(spaceId) || !parentIdKind.accepts(parentId)) return [];
    const order = orderOf(orderBy as Partial<DentryOrder> | null | undefined);
    const page = { spaceId, parentId, ...order, size: Number(first ?? maxFirst) };
    // Which page a cursor means is for the execution to read: here it only has to be another one.
    return [typeof after === 'string' ? { ...page, token: after } : page];
  };
