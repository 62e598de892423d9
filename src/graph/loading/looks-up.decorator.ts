import type { GraphQLField } from 'graphql';
import { Extensions } from 'type-graphql';
import type { Loaders } from '../request-context.ts';

/** How a field looks something up: by which loader, and by which of its arguments or keys of its type. */
export interface Lookup {
  readonly loader: keyof Loaders;
  readonly by: string;
}

/** Marks a field that looks something up: how many of them one request may ask for is limited. */
export const LooksUp = (loader: Lookup['loader'], by: string): MethodDecorator =>
  Extensions({ lookup: { loader, by } satisfies Lookup });

export const lookupOf = (field: GraphQLField<unknown, unknown> | undefined): Lookup | undefined =>
  field?.extensions['lookup'] as Lookup | undefined;
