import {
  getNullableType,
  introspectionFromSchema,
  isObjectType,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';
import { entities } from '../../src/graph/federation/entities.ts';

const pagingArguments = new Set(['first', 'after']);

/** TypeScript: what a normalizing cache of a client has to know of the schema. */
export function describeForCaches(schema: GraphQLSchema): string {
  const query = schema.getQueryType();
  const types = Object.values(schema.getTypeMap())
    .filter((type) => isObjectType(type))
    .filter((type) => type !== query && !type.name.startsWith('__'));
  const single = Object.values(query?.getFields() ?? {}).filter(({ type }) => isObjectType(type));
  return `
/** The fields that identify an object of each type; null where it is part of its parent. */
export const keyFields = ${literal(Object.fromEntries(types.map((type) => [type.name, keyOf(type)])))} as const;

/** The lists with cursors, and the arguments that tell two of them apart. */
export const lists = ${literal(
    Object.fromEntries(
      types.map((type) => [type.name, listsOf(type)] as const).filter(([, of]) => Object.keys(of).length > 0),
    ),
  )} as const;

/** The fields of \`Query\` that are null only with an error. */
export const nullIsFailure = ${literal(single.map(({ name }) => name))} as const;
`;
}

/** TypeScript: which fields there are, and which may be null. */
export function introspect(schema: GraphQLSchema): string {
  const { __schema } = introspectionFromSchema(schema, { descriptions: false, specifiedByUrl: false });
  const types = __schema.types.filter(({ name }) => !name.startsWith('__'));
  const text = JSON.stringify({ __schema: { ...__schema, types, directives: [] } });
  return `
/** The schema without descriptions. */
export const introspection = ${text} as const;
`;
}

const literal = (value: unknown): string => JSON.stringify(value, null, 2);

const keyOf = ({ name }: GraphQLObjectType): readonly string[] | null =>
  entities.get(name)?.keys.map((key) => key.name) ?? null;

function listsOf(type: GraphQLObjectType): Readonly<Record<string, readonly string[]>> {
  const connections = Object.values(type.getFields()).filter(({ type: of }) => {
    const named = getNullableType(of);
    return isObjectType(named) && named.name.endsWith('Connection');
  });
  return Object.fromEntries(
    connections.map(({ name, args }) => [
      name,
      args.map((each) => each.name).filter((each) => !pagingArguments.has(each)),
    ]),
  );
}
