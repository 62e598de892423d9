/** One row of the table in docs/federation.md: a directive as it stands in the SDL, and what is answered because of it. */
export interface CompatibilityCase {
  readonly feature: string;
  /** The element that has the directive: a type, `Type.field`, or `schema`. */
  readonly on: string;
  readonly directives: readonly string[];
  readonly asked?: Asked;
  /** Our graph has no use for it: what is answered then is no error of a router's, but not what Apollo expects either. */
  readonly unused?: true;
}

interface Asked {
  /** `router`: only the join with the neighbours shows it. */
  readonly at: 'products' | 'router';
  readonly query: string;
  readonly variables?: object;
  readonly answer: object;
}

const ofProduct = 'query ($id: ID! = "apollo-federation")';
const jane = 'support@apollographql.com';
const federationV1 = { sku: 'apollo-federation-v1', package: '@apollo/federation-v1' };

const entities = (selection: string, ...representations: readonly object[]) => ({
  at: 'products' as const,
  query: `query ($representations: [_Any!]!) { _entities(representations: $representations) { __typename ${selection} } }`,
  variables: { representations },
});

export const compatibilityCases: readonly CompatibilityCase[] = [
  {
    feature: '`@key`, one field',
    on: 'User',
    directives: ['@key(fields: "email")'],
    asked: {
      ...entities('... on User { email name }', { __typename: 'User', email: jane }),
      answer: { data: { _entities: [{ __typename: 'User', email: jane, name: 'Jane Smith' }] } },
    },
  },
  {
    feature: '`@key`, several fields',
    on: 'DeprecatedProduct',
    directives: ['@key(fields: "sku package")'],
    asked: {
      ...entities(
        '... on DeprecatedProduct { sku package reason }',
        { __typename: 'DeprecatedProduct', ...federationV1 },
        { __typename: 'DeprecatedProduct', ...federationV1, sku: 'gone' },
      ),
      answer: {
        data: {
          _entities: [
            { __typename: 'DeprecatedProduct', ...federationV1, reason: 'Migrate to Federation V2' },
            null,
          ],
        },
        errors: [{ path: ['_entities', 1], code: 'NOT_FOUND' }],
      },
    },
  },
  {
    feature: '`@key`, a field of an object',
    on: 'ProductResearch',
    directives: ['@key(fields: "study { caseNumber }")'],
    unused: true,
    asked: {
      ...entities('', { __typename: 'ProductResearch', study: { caseNumber: '1234' } }),
      answer: { data: { _entities: [null] }, errors: [{ path: ['_entities', 0], code: 'BAD_USER_INPUT' }] },
    },
  },
  {
    feature: '`@key`, repeated',
    on: 'Product',
    directives: [
      '@custom',
      '@key(fields: "id")',
      '@key(fields: "sku package")',
      '@key(fields: "sku variation { id }")',
    ],
    unused: true,
    asked: {
      ...entities(
        '... on Product { id sku }',
        { __typename: 'Product', id: 'apollo-federation' },
        { __typename: 'Product', sku: 'federation', package: '@apollo/federation' },
        { __typename: 'Product', sku: 'studio', variation: { id: 'platform' } },
      ),
      answer: {
        data: {
          _entities: [{ __typename: 'Product', id: 'apollo-federation', sku: 'federation' }, null, null],
        },
        errors: [
          { path: ['_entities', 1], code: 'BAD_USER_INPUT' },
          { path: ['_entities', 2], code: 'BAD_USER_INPUT' },
        ],
      },
    },
  },
  {
    feature: '`@requires`, of a neighbour',
    on: 'Product.dimensions',
    directives: [],
    asked: {
      at: 'router',
      query: `${ofProduct} { product(id: $id) { delivery(zip: "94111") { fastestDelivery } } }`,
      answer: { data: { product: { delivery: { fastestDelivery: '5/1/2019' } } } },
    },
  },
  {
    feature: '`@requires`, of a field of ours',
    on: 'User.averageProductsCreatedPerYear',
    directives: ['@requires(fields: "totalProductsCreated yearsOfEmployment")'],
    unused: true,
    asked: {
      ...entities('... on User { averageProductsCreatedPerYear }', {
        __typename: 'User',
        email: jane,
        totalProductsCreated: 1337,
        yearsOfEmployment: 10,
      }),
      answer: { data: { _entities: [{ __typename: 'User', averageProductsCreatedPerYear: null }] } },
    },
  },
  {
    feature: '`@provides`',
    on: 'Product.createdBy',
    directives: ['@provides(fields: "totalProductsCreated")'],
    asked: {
      at: 'router',
      query: `${ofProduct} { product(id: $id) { createdBy { email totalProductsCreated } } }`,
      answer: { data: { product: { createdBy: { email: jane, totalProductsCreated: 1337 } } } },
    },
  },
  { feature: '`@external`', on: 'User.yearsOfEmployment', directives: ['@external'] },
  {
    feature: '`@extends`',
    on: 'User',
    directives: ['@extends'],
    asked: {
      at: 'router',
      query: `${ofProduct} { product(id: $id) { createdBy { yearsOfEmployment } } }`,
      answer: { data: { product: { createdBy: { yearsOfEmployment: 10 } } } },
    },
  },
  {
    feature: '`@link`',
    on: 'schema',
    directives: [
      '@link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@composeDirective", "@extends", "@external", "@inaccessible", "@interfaceObject", "@key", "@override", "@provides", "@requires", "@shareable", "@tag"])',
      '@link(url: "https://myspecs.dev/myCustomDirective/v1.0", import: ["@custom"])',
    ],
  },
  {
    feature: '`@shareable`',
    on: 'ProductDimension',
    directives: ['@shareable'],
    asked: {
      at: 'router',
      query: `${ofProduct} { product(id: $id) { dimensions { size weight } } }`,
      answer: { data: { product: { dimensions: { size: 'small', weight: 1 } } } },
    },
  },
  { feature: '`@tag`', on: 'Product.notes', directives: ['@tag(name: "internal")'] },
  {
    feature: '`@override`',
    on: 'User.name',
    directives: ['@override(from: "users")'],
    asked: {
      at: 'router',
      query: `${ofProduct} { product(id: $id) { createdBy { name } } }`,
      answer: { data: { product: { createdBy: { name: 'Jane Smith' } } } },
    },
  },
  {
    feature: '`@inaccessible`',
    on: 'ProductDimension.unit',
    directives: ['@inaccessible'],
    asked: {
      at: 'products',
      query: `${ofProduct} { product(id: $id) { dimensions { unit } } }`,
      answer: { data: { product: { dimensions: { unit: 'kg' } } } },
    },
  },
  { feature: '`@composeDirective`', on: 'schema', directives: ['@composeDirective(name: "@custom")'] },
  {
    feature: '`@interfaceObject`',
    on: 'Inventory',
    directives: ['@interfaceObject', '@key(fields: "id")'],
    asked: {
      at: 'router',
      query: '{ inventory(id: "apollo-oss") { deprecatedProducts { sku reason } } }',
      answer: {
        data: {
          inventory: {
            deprecatedProducts: [{ sku: 'apollo-federation-v1', reason: 'Migrate to Federation V2' }],
          },
        },
      },
    },
  },
];

/** The table of docs/federation.md, without a formatter's padding. */
export const compatibilityTable = (rows: readonly CompatibilityCase[]): string =>
  [
    '| of Federation | in our SDL | answered |',
    '| --- | --- | --- |',
    ...rows.map(({ feature, directives, asked, unused }) => {
      const answered = unused
        ? 'not used by this graph'
        : asked?.at === 'router'
          ? 'yes, behind a router'
          : 'yes';
      return `| ${feature} | ${directives.length > 0 ? 'kept' : '–'} | ${asked ? answered : '–'} |`;
    }),
  ].join('\n');
