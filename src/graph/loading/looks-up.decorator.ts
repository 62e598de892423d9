import type { GraphQLField } from 'graphql';
import { Extensions } from 'type-graphql';
import type { Endpoint } from '../../domain/endpoint.ts';
import type { IdKind } from '../scalars/opaque-id.ts';

/** Arguments on the way to a field, and the key of its entity. */
export type Known = Readonly<Record<string, unknown>>;

/** The lookup of a field or an entity, as far as it is known before execution. */
export interface Lookup {
  readonly endpoint: Endpoint<never, unknown>;
  /** None where what is known does not show them. */
  readonly inputsOf: (known: Known) => readonly object[];
}

/** A lookup of `endpoint` by the inputs that are known before execution. */
export const lookup = <Input extends object>(
  endpoint: Endpoint<Input, unknown>,
  inputsOf: (known: Known) => readonly Input[],
): Lookup => ({ endpoint, inputsOf });

/** Marks a field that makes a lookup, so that it can be counted before the first call. */
export const LooksUp = <Input extends object>(
  endpoint: Endpoint<Input, unknown>,
  inputsOf: (known: Known) => readonly Input[],
): MethodDecorator => Extensions({ lookup: lookup(endpoint, inputsOf) });

export const lookupOf = (field: GraphQLField<unknown, unknown> | undefined): Lookup | undefined =>
  field?.extensions['lookup'] as Lookup | undefined;

/** For an endpoint whose input is these ids: `{ [name]: id, … }`. */
export const byIds =
  <Name extends string>(...kinds: readonly IdKind<Name>[]) =>
  (known: Known): readonly Readonly<Record<Name, string>>[] => {
    const ids = kinds.map(({ name }) => [name, known[name]] as const);
    if (!kinds.every(({ name, accepts }) => accepts(known[name]))) return [];
    return [Object.fromEntries(ids) as Record<Name, string>];
  };
