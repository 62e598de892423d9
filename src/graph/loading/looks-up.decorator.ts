import type { GraphQLField } from 'graphql';
import { Extensions } from 'type-graphql';
import type { Endpoint } from '../../domain/endpoint.ts';
import type { IdKind } from '../scalars/opaque-id.ts';

/** The lookup of a field or an entity, as far as it is known before execution. */
export interface Lookup {
  readonly endpoint: Endpoint<never, unknown>;
  /** The inputs, by the arguments on the way to the field and the key of its entity; none where these do not show them. */
  readonly inputsOf: (known: Readonly<Record<string, unknown>>) => readonly object[];
}

/** Marks a field that makes a lookup, so that it can be counted before the first call. */
export const LooksUp = (endpoint: Lookup['endpoint'], inputsOf: Lookup['inputsOf']): MethodDecorator =>
  Extensions({ lookup: { endpoint, inputsOf } satisfies Lookup });

export const lookupOf = (field: GraphQLField<unknown, unknown> | undefined): Lookup | undefined =>
  field?.extensions['lookup'] as Lookup | undefined;

/** For an endpoint whose input is one id: `{ [name]: id }`. */
export const byId =
  ({ name, accepts }: IdKind): Lookup['inputsOf'] =>
  ({ [name]: id }) =>
    accepts(id) ? [{ [name]: id }] : [];
