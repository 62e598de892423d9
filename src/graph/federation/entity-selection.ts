import {
  isObjectType,
  type FieldNode,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
} from 'graphql';
import { collectSubfields } from 'graphql/execution/collectFields.js';
import { lookupOf } from '../loading/looks-up.decorator.ts';
import type { Entity } from '../operation.ts';

/** What of an execution decides which fields are asked for. */
export interface Execution {
  readonly schema: GraphQLSchema;
  readonly fragments: GraphQLResolveInfo['fragments'];
  readonly variableValues: GraphQLResolveInfo['variableValues'];
}

/** What is asked of one entity. */
export interface EntitySelection {
  readonly type: GraphQLObjectType;
  /** By the name in the answer. */
  readonly fields: ReadonlyMap<string, readonly FieldNode[]>;
  /** Whether a field is asked for that neither the key nor a lookup of the field's own answers. */
  readonly asksBeyondKey: boolean;
}

/** A type and the fields of its key. */
type KeyedType = Pick<Entity, 'type' | 'keys'>;

/** Reads one `_entities` field, once a type: fragments are followed, `@skip` and `@include` obeyed. */
export function createEntitySelection(
  { schema, fragments, variableValues }: Execution,
  nodes: readonly FieldNode[],
): (entity: KeyedType) => EntitySelection {
  const known = new Map<string, EntitySelection>();

  function read({ type: { name }, keys }: KeyedType): EntitySelection {
    const type = schema.getType(name);
    if (!isObjectType(type)) throw new Error(`The graph has no object type ${name}`);
    const fields = collectSubfields(schema, fragments, variableValues, type, nodes);
    const isFoundOtherwise = (field: string): boolean =>
      field === '__typename' ||
      keys.some((key) => field === key.name) ||
      lookupOf(type.getFields()[field]) !== undefined;
    const names = [...fields.values()].flatMap((each) => each.map((node) => node.name.value));
    return { type, fields, asksBeyondKey: !names.every(isFoundOtherwise) };
  }

  return (entity) => {
    const { name } = entity.type;
    const selection = known.get(name) ?? read(entity);
    known.set(name, selection);
    return selection;
  };
}

/** Whether the field of `info` is asked for more of `type` than its key and what its own fields look up. */
export const asksBeyondKey = (type: KeyedType, info: GraphQLResolveInfo): boolean =>
  createEntitySelection(info, info.fieldNodes)(type).asksBeyondKey;
