import type { GraphQLError } from 'graphql';
import { publicError } from '../errors/public-error.ts';
import type { Entity, Representation } from './operation.ts';
import type { RequestContext } from './request-context.ts';

/** The entity that `representation` means; what is wrong with it is an error of its own place in the list. */
export async function resolveRepresentation(
  entities: ReadonlyMap<string, Entity>,
  representation: Representation,
  context: RequestContext,
): Promise<unknown> {
  const typeName = typeNameOf(representation);
  if (typeName === undefined) throw badRepresentation('must be an object with a __typename');
  const entity = entities.get(typeName);
  if (!entity)
    throw badRepresentation(
      `must be of a type that this subgraph resolves: ${[...entities.keys()].join(', ')}`,
    );
  const found = await entity.resolveReference(representation, context);
  return typeof found === 'object' && found !== null ? { ...found, __typename: typeName } : found;
}

/** A literal in the query arrives here as it was written, so anything may: a number, a list, null. */
function typeNameOf(representation: unknown): string | undefined {
  if (typeof representation !== 'object' || representation === null) return undefined;
  const { __typename: name } = representation as Representation;
  return typeof name === 'string' ? name : undefined;
}

const badRepresentation = (problem: string): GraphQLError =>
  publicError('BAD_USER_INPUT', `A representation ${problem}.`, { argument: 'representations' });
