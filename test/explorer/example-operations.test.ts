import { expect, test } from '@jest/globals';
import { Kind, parse, validate, visit } from 'graphql';
import type { DocumentNode } from 'graphql';
import { exampleOperations } from '../../src/explorer/example-operations.ts';
import { createSchema } from '../../src/graph/schema.ts';

const schema = await createSchema();

function aliasCount(document: DocumentNode): number {
  const [operation] = document.definitions;
  return operation?.kind === Kind.OPERATION_DEFINITION ? operation.selectionSet.selections.length : 0;
}

test.each(exampleOperations)('$name is a valid operation of that name', ({ name, query }) => {
  const document = parse(query);

  expect(validate(schema, document)).toEqual([]);
  expect(document.definitions).toMatchObject([{ kind: Kind.OPERATION_DEFINITION, name: { value: name } }]);
});

test.each(exampleOperations)('$name takes every id from a variable with a value', ({ query, variables }) => {
  const declared: string[] = [];
  const literals: string[] = [];
  visit(parse(query), {
    VariableDefinition: ({ variable }) => void declared.push(variable.name.value),
    StringValue: ({ value }) => void literals.push(value),
  });

  expect(Object.keys(variables)).toEqual(declared);
  expect(literals).toEqual([]);
});

test.each(exampleOperations)('$name begins with a comment on what it shows', ({ query }) => {
  expect(query).toMatch(/^# \S.*\n(# .*\n)*query /);
});

test('fifty aliases look up twenty-five conversations, each one twice', () => {
  const { query, variables } = exampleOperations.find(({ name }) => name === 'FiftyAliases')!;

  expect(aliasCount(parse(query))).toBe(50);
  expect(new Set(Object.values(variables)).size).toBe(25);
});
