import type { GraphQLField } from 'graphql';
import { Extensions } from 'type-graphql';
import type { Endpoint } from '../../domain/endpoint.ts';
import type { IdKind } from '../scalars/opaque-id.ts';

/** How a field or an entity looks something up, as far as that is known before anything is executed. */
export interface Lookup {
  readonly endpoint: Endpoint<never, unknown>;
  /** The input, by the field's arguments and what its parent tells; undefined where that does not say it. */
  readonly inputOf: (known: Readonly<Record<string, unknown>>) => object | undefined;
}

/** Marks a field that looks something up: lookups are counted by it before the first call. */
export const LooksUp = (endpoint: Lookup['endpoint'], inputOf: Lookup['inputOf']): MethodDecorator =>
  Extensions({ lookup: { endpoint, inputOf } satisfies Lookup });

export const lookupOf = (field: GraphQLField<unknown, unknown> | undefined): Lookup | undefined =>
  field?.extensions['lookup'] as Lookup | undefined;

/** The input of an endpoint that takes one id: `{ [name]: id }`. */
export const byId =
  ({ name, accepts }: IdKind): Lookup['inputOf'] =>
  ({ [name]: id }) =>
    accepts(id) ? { [name]: id } : undefined;
