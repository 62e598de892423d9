import type { GraphQLError, GraphQLResolveInfo } from 'graphql';
import { publicError } from '../errors/public-error.ts';
import { entities } from './entities.ts';
import { asksBeyondKey, type EntitySelection } from './entity-selection.ts';
import type { Entity } from './operation.ts';
import type { RequestContext } from './request-context.ts';

/** A representation that can be resolved: what it is of, and its key. */
export interface Reference {
  readonly entity: Entity;
  readonly key: string;
}

/** The entity that `representation` means; what is wrong with it is an error of its own place in the list. */
export async function resolveRepresentation(
  representation: unknown,
  selection: EntitySelection,
  { loaders, explanation }: RequestContext,
  path: GraphQLResolveInfo['path'],
): Promise<object> {
  const { entity, key } = readRepresentation(representation);
  const typeName = { __typename: entity.type.name };
  if (!entity.foundBy || !asksBeyondKey(selection(entity), entity)) return { [entity.key]: key, ...typeName };
  explanation?.asked(path, entity.foundBy, key);
  const found: object = await loaders[entity.foundBy].load(key);
  return { ...found, ...typeName };
}

/**
 * What `representation` refers to. A literal in the query arrives here as it was written, so it may be anything:
 * a number, a list, null.
 *
 * @throws a public `BAD_USER_INPUT` error.
 */
export function readRepresentation(representation: unknown): Reference {
  if (typeof representation !== 'object' || representation === null) throw bad('must be an object');
  const fields = representation as Readonly<Record<string, unknown>>;
  const typeName = fields['__typename'];
  if (typeof typeName !== 'string') throw bad('must name its type in __typename');
  const entity = entities.get(typeName);
  if (!entity) throw bad(`must be of a type that this subgraph resolves: ${[...entities.keys()].join(', ')}`);
  return { entity, key: entity.checkKey(fields[entity.key]) };
}

const bad = (problem: string): GraphQLError =>
  publicError('BAD_USER_INPUT', `A representation ${problem}.`, { argument: 'representations' });
