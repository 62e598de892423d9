import type { FieldNode, GraphQLResolveInfo, GraphQLSchema } from 'graphql';
import { isObjectType } from 'graphql';
import { collectSubfields } from 'graphql/execution/collectFields.js';
import type { Entity } from '../operation.ts';

/** What of an execution decides which fields are asked for. */
export interface Execution {
  readonly schema: GraphQLSchema;
  readonly fragments: GraphQLResolveInfo['fragments'];
  readonly variableValues: GraphQLResolveInfo['variableValues'];
}

/** The names of the fields asked of an entity, `__typename` left out. */
export type EntitySelection = (entity: Entity) => ReadonlySet<string>;

/** Reads one `_entities` field, once a type: fragments are followed, `@skip` and `@include` obeyed. */
export function createEntitySelection(
  { schema, fragments, variableValues }: Execution,
  nodes: readonly FieldNode[],
): EntitySelection {
  const known = new Map<string, ReadonlySet<string>>();
  return ({ type: { name } }) => {
    const found = known.get(name);
    if (found) return found;
    const type = schema.getType(name);
    if (!isObjectType(type)) throw new Error(`The graph has no object type ${name}`);
    const fields = [...collectSubfields(schema, fragments, variableValues, type, nodes).values()].flat();
    const names = new Set(fields.map((field) => field.name.value).filter((field) => field !== '__typename'));
    known.set(name, names);
    return names;
  };
}

/** True where more is asked than the key, which a representation tells by itself. */
export const asksBeyondKey = (fields: ReadonlySet<string>, { key }: Entity): boolean =>
  fields.size > (fields.has(key.name) ? 1 : 0);
