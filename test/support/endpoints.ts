import 'reflect-metadata';
import { isObjectType } from 'graphql';
import type { Endpoint } from '../../src/domain/endpoint.ts';
import { lookupOf } from '../../src/graph/loading/looks-up.decorator.ts';
import { operations } from '../../src/graph/registry.ts';
import { createSchema } from '../../src/graph/schema.ts';

export const schema = await createSchema();
const ofFields = Object.values(schema.getTypeMap()).flatMap((type) =>
  isObjectType(type) ? Object.values(type.getFields()).map((field) => lookupOf(field)) : [],
);
const ofEntities = operations.flatMap(({ entities }) => entities.map(({ foundBy }) => foundBy));

/** All endpoints that fields and entities of the graph look up. */
export const endpoints = [
  ...new Set([...ofFields, ...ofEntities].flatMap((lookup) => lookup?.endpoint ?? [])),
] as unknown as readonly Endpoint<any, any>[];
