import {
  getNamedType,
  isLeafType,
  isObjectType,
  isRequiredArgument,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';
import type { Entity } from '../../src/graph/operation.ts';
import { lookupOf } from '../../src/graph/loading/looks-up.decorator.ts';

type Field = GraphQLField<unknown, unknown>;

/** A field that looks something up, by its place in the schema. */
export interface LookupField {
  readonly type: GraphQLObjectType;
  readonly field: Field;
}

export const lookupFields = (schema: GraphQLSchema): LookupField[] =>
  Object.values(schema.getTypeMap())
    .filter((type) => isObjectType(type))
    .flatMap((type) => Object.values(type.getFields()).map((field) => ({ type, field })))
    .filter(({ field }) => lookupOf(field) !== undefined);

/** The value of an id for the `index`-th of many. */
export type IdOf = (name: string, index: number) => string;

/** One operation that asks `count` times for `field`, each time of something else, however deep it is in the graph. */
export function nestedQuery(
  schema: GraphQLSchema,
  entities: readonly Entity[],
  { type, field }: LookupField,
  idOf: IdOf,
  count: number,
): string {
  const indexes = Array.from({ length: count }, (_, index) => index);
  const way = wayTo(schema, type);
  if (way) {
    return `{ ${indexes.map((index) => `a${index}: ${selection([...way, field], idOf, index)}`).join(' ')} }`;
  }
  const entity = entities.find((each) => each.type.name === type.name);
  if (!entity) throw new Error(`No query leads to ${type.name}`);
  const keyOf = (index: number): string =>
    entity.keys.map(({ name }) => `${name}: "${idOf(name, index)}"`).join(', ');
  const representations = indexes.map((index) => `{ __typename: "${type.name}", ${keyOf(index)} }`);
  return `{ _entities(representations: [${representations.join(', ')}]) { ... on ${type.name} { ${selection([field], idOf, 0)} } } }`;
}

/** The ids on the way to a field: its own arguments and those before it, or the key of its entity. */
export function idsOnTheWay(
  schema: GraphQLSchema,
  entities: readonly Entity[],
  { type, field }: LookupField,
): string[] {
  const way = wayTo(schema, type);
  const entity = entities.find((each) => each.type.name === type.name);
  const given = [...(way ?? []), field].flatMap(({ args }) => args.filter(isRequiredArgument));
  return [
    ...new Set([
      ...given.map(({ name }) => name),
      ...(way || !entity ? [] : entity.keys.map(({ name }) => name)),
    ]),
  ];
}

/** The fields that lead from the root to `type`, the fewest; undefined where none do. */
function wayTo(schema: GraphQLSchema, type: GraphQLObjectType): readonly Field[] | undefined {
  const root = schema.getQueryType();
  const ways = new Map<unknown, readonly Field[]>([[root, []]]);
  for (const [from, way] of ways) {
    if (from === type) return way;
    for (const field of Object.values((from as GraphQLObjectType).getFields())) {
      const to = getNamedType(field.type);
      if (isObjectType(to) && !field.name.startsWith('_') && !ways.has(to)) ways.set(to, [...way, field]);
    }
  }
  return undefined;
}

function selection([field, ...below]: readonly Field[], idOf: IdOf, index: number): string {
  if (!field) return '__typename';
  const given = field.args.filter(isRequiredArgument).map(({ name }) => `${name}: "${idOf(name, index)}"`);
  const type = getNamedType(field.type);
  const inner = below.length > 0 || !isObjectType(type) ? selection(below, idOf, index) : beyondKey(type);
  const selected = isObjectType(type) ? ` { ${inner} }` : '';
  return `${field.name}${given.length > 0 ? `(${given.join(', ')})` : ''}${selected}`;
}

/** A field that only a lookup of the type answers. */
const beyondKey = (type: GraphQLObjectType): string =>
  Object.values(type.getFields()).find(
    ({ name, type: of, args }) =>
      isLeafType(getNamedType(of)) && args.length === 0 && !name.endsWith('Id') && name !== 'name',
  )?.name ?? '__typename';
