import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Kind, parse, print, type ConstDirectiveNode } from 'graphql';
import { engines, type Engine } from '../composition-engines.ts';
import { unpadded } from '../codes-table.ts';
import { startRouters } from '../routers.ts';
import { serveSchema, type Served } from '../serve-schema.ts';
import { areWanted } from '../supergraph-under-test.ts';
import { compatibilityCases, compatibilityTable, type CompatibilityCase } from './compatibility-cases.ts';
import { neighbours, subgraphsAt } from './neighbours.ts';
import { createProductsContext } from './products-context.ts';
import { createProductsSchema } from './products.ts';

// The cases of Apollo's subgraph compatibility tests, for a schema made as ours is.

const wanted = areWanted('compatibility behind Apollo Gateway');

let products: Served;
let sdl: string;
beforeAll(async () => {
  products = await serveSchema(await createProductsSchema(), createProductsContext);
  const { data } = (await ask(products.url, '{ service: _service { sdl } }')) as {
    data: { service: { sdl: string } };
  };
  ({ sdl } = data.service);
});
afterAll(() => products?.close());

async function ask(url: string, query: string, variables: object = {}): Promise<object> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await response.json()) as {
    data?: unknown;
    errors?: readonly { path?: unknown; extensions?: { code?: unknown } }[];
  };
  return {
    data,
    ...(errors && { errors: errors.map(({ path, extensions }) => ({ path, code: extensions?.code })) }),
  };
}

/** The directives of a type, `Type.field` or `schema`. */
function directivesOn(element: string, text = sdl): string[] {
  const [typeName, fieldName] = element.split('.');
  const found: ConstDirectiveNode[] = [];
  for (const definition of parse(text).definitions) {
    if (definition.kind === Kind.SCHEMA_EXTENSION && typeName === 'schema')
      found.push(...(definition.directives ?? []));
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION || definition.name.value !== typeName) continue;
    const field = definition.fields?.find(({ name }) => name.value === fieldName);
    found.push(...((fieldName === undefined ? definition : field)?.directives ?? []));
  }
  return found.map((directive) => print(directive));
}

test('_service { sdl } has the types, fields, arguments and directives that Apollo asks for', async () => {
  const expected = await readFile(new URL('products.graphql', import.meta.url), 'utf8');

  expect(print(parse(sdl))).toBe(print(parse(expected)));
});

test.each(compatibilityCases.filter(({ directives }) => directives.length > 0))(
  '$feature is kept in the SDL',
  ({ on, directives }) => {
    expect(directivesOn(on)).toEqual(expect.arrayContaining([...directives]));
  },
);

test.each(compatibilityCases.filter(({ asked }) => asked?.at === 'products'))(
  '$feature is answered',
  async ({ asked }) => {
    expect(await ask(products.url, asked!.query, asked!.variables)).toEqual(asked!.answer);
  },
);

/** What the schema that Apollo asks for makes the engines remark: old forms of `@key`, and a field that was overridden. */
const remarksOnProducts: Readonly<Record<Engine, readonly string[]>> = {
  '@apollo/composition': [
    'DEBUG INCONSISTENT_OBJECT_VALUE_TYPE_FIELD ProductDimension',
    'INFO OVERRIDDEN_FIELD_CAN_BE_REMOVED User.name',
  ],
  '@theguild/federation-composition': [],
  '@wundergraph/composition': [
    'The entity extension "User" defined in subgraph "products" defines a "@key" directive with the field set "email".',
    'The entity extension "Product" defined in subgraph "inventory" defines a "@key" directive with the field set "id".',
  ],
};

test.each(Object.keys(engines) as Engine[])('%s composes it with its neighbours', (engine) => {
  const { errors, remarks, supergraph } = engines[engine](subgraphsAt(sdl, products.url));

  expect({ errors, remarks }).toEqual({ errors: [], remarks: remarksOnProducts[engine] });
  // Cosmo's engine gives a schema of another form: it has no directives of one's own.
  if (engine === '@wundergraph/composition') return;
  expect(directivesOn('Product', supergraph)).toContain('@custom');
  expect(directivesOn('Product.notes', supergraph)).toContain('@tag(name: "internal")');
});

test('the table in docs/federation.md says the same', async () => {
  const docs = await readFile(new URL('../../../docs/federation.md', import.meta.url), 'utf8');
  const written = /<!-- compatibility -->\n+([^]*?)\n+<!-- \/compatibility -->/.exec(docs)?.[1] ?? '';

  expect(unpadded(written)).toBe(unpadded(compatibilityTable(compatibilityCases)));
});

(wanted ? describe : describe.skip)('behind Apollo Gateway', () => {
  const started: { close(): Promise<void> }[] = [];
  let url: string;
  beforeAll(async () => {
    const users = await serveSchema(neighbours.users);
    const inventory = await serveSchema(neighbours.inventory);
    started.push(users, inventory);
    const urls = { users: users.url, inventory: inventory.url };
    const routers = await startRouters(subgraphsAt(sdl, products.url, urls), 'Apollo Gateway');
    started.push(routers);
    url = routers.url('Apollo Gateway');
  }, 60_000);
  afterAll(() => Promise.all(started.map((each) => each.close())), 30_000);

  test.each(compatibilityCases.filter(({ asked }: CompatibilityCase) => asked?.at === 'router'))(
    '$feature is answered',
    async ({ asked }) => {
      expect(await ask(url, asked!.query, asked!.variables)).toEqual(asked!.answer);
    },
  );

  test('a field that is @inaccessible is no field of the supergraph', async () => {
    const answer = await ask(url, '{ product(id: "apollo-federation") { dimensions { unit } } }');

    expect(answer).toEqual({ errors: [{ path: undefined, code: 'GRAPHQL_VALIDATION_FAILED' }] });
  });
});
