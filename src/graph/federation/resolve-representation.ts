import type { GraphQLError, GraphQLResolveInfo } from 'graphql';
import type { Endpoint } from '../../domain/endpoint.ts';
import { publicError } from '../../errors/public-error.ts';
import type { Entities } from './entities.ts';
import type { EntitySelection } from './entity-selection.ts';
import { badId } from '../scalars/opaque-id.ts';
import type { Entity } from '../operation.ts';
import type { GraphContext } from '../graph-context.ts';

/** A representation that can be resolved: what it is of, and its key. */
export interface Reference {
  readonly entity: Entity;
  /** The fields of its key. */
  readonly key: Readonly<Record<string, string>>;
}

/** Makes the error only where it is wanted: one operation may hold thousands of bad representations. */
export interface BadRepresentation {
  readonly problem: () => GraphQLError;
}

/** The entity that `representation` means; a bad one is an error at its own place in the list, or null beyond the cap. */
export function resolveRepresentation(
  representation: unknown,
  entities: Entities,
  selectionOf: (entity: Entity) => EntitySelection,
  { load, errorCap }: GraphContext,
  path: GraphQLResolveInfo['path'],
): object | null | Promise<object | null> {
  const reference = readRepresentation(representation, entities);
  if ('problem' in reference) return errorCap.admits() ? reference.problem() : null;
  const { entity, key } = reference;
  const typeName = { __typename: entity.type.name };
  const { foundBy } = entity;
  const [input] = foundBy && selectionOf(entity).asksBeyondKey ? foundBy.inputsOf(key) : [];
  if (!foundBy || !input) return { ...key, ...typeName };
  // The input is the endpoint's: both come from one lookup.
  return load(foundBy.endpoint as Endpoint<object, object>, input, path).then(
    (found) => ({ ...key, ...found, ...typeName }),
    (error: unknown) => errorCap.orNull(error),
  );
}

/**
 * What `representation` refers to. A literal in the query arrives here as it was written, so it may be anything:
 * a number, a list, null.
 */
export function readRepresentation(
  representation: unknown,
  entities: Entities,
): Reference | BadRepresentation {
  if (typeof representation !== 'object' || representation === null) return noObject;
  const fields = representation as Readonly<Record<string, unknown>>;
  const typeName = fields['__typename'];
  if (typeof typeName !== 'string') return noType;
  const entity = entities.get(typeName);
  if (!entity) return foreignType(entities);
  const key: Record<string, string> = {};
  for (const kind of entity.keys) {
    const value = fields[kind.name];
    if (!kind.accepts(value)) return { problem: () => badId(kind) };
    key[kind.name] = value;
  }
  return { entity, key };
}

const bad = (problem: () => string): BadRepresentation => ({
  problem: () =>
    publicError('BAD_USER_INPUT', `A representation ${problem()}.`, { argument: 'representations' }),
});
const noObject = bad(() => 'must be an object');
const noType = bad(() => 'must name its type in __typename');
const foreignType = (entities: Entities): BadRepresentation =>
  bad(() => `must be of a type that this subgraph resolves: ${[...entities.keys()].join(', ')}`);
