import { buildSubgraphSchema, type GraphQLResolverMap } from '@apollo/subgraph';
import { GraphQLError, parse } from 'graphql';
import type { Subgraph } from '../composition-engines.ts';
import { maker } from './catalogue.ts';

// The two subgraphs that stand beside `products` in Apollo's compatibility tests.

const users = parse(`
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@shareable"])

  type User @key(fields: "email") {
    email: ID!
    name: String
    totalProductsCreated: Int @shareable
    yearsOfEmployment: Int!
  }
`);

const inventory = parse(`
  extend schema
    @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@external", "@key", "@requires", "@shareable"])

  type Query {
    inventory(id: ID!): Inventory
  }

  interface Inventory @key(fields: "id") {
    id: ID!
    products: [Product!]!
  }

  type OpenSourceInventory implements Inventory @key(fields: "id") {
    id: ID!
    products: [Product!]!
  }

  extend type Product @key(fields: "id") {
    id: ID! @external
    dimensions: ProductDimension @external
    delivery(zip: String): DeliveryEstimates @requires(fields: "dimensions { size weight }")
  }

  type ProductDimension @shareable {
    size: String
    weight: Float
  }

  type DeliveryEstimates {
    estimatedDelivery: String
    fastestDelivery: String
  }
`);

/** What another graph says of the same person: of its name and number `products` is the owner. */
const person = { ...maker, name: 'Apollo Studio Support', totalProductsCreated: 4 };

const ofUsers: GraphQLResolverMap = {
  User: {
    __resolveReference: ({ email }: { email: string }) => (email === person.email ? person : null),
  },
};

const ofInventory: GraphQLResolverMap = {
  Query: {
    inventory: (_query: unknown, { id }: { id: string }) => ({ id, products: [{ id: 'apollo-federation' }] }),
  },
  Inventory: { __resolveType: () => 'OpenSourceInventory' },
  Product: {
    delivery({ dimensions }: { dimensions?: { size: string; weight: number } }) {
      if (dimensions?.size !== 'small' || dimensions.weight !== 1)
        throw new GraphQLError('The dimensions are missing.');
      return { estimatedDelivery: '5/1/2019', fastestDelivery: '5/1/2019' };
    },
  },
};

export const neighbours = {
  users: buildSubgraphSchema([{ typeDefs: users, resolvers: ofUsers }]),
  inventory: buildSubgraphSchema([{ typeDefs: inventory, resolvers: ofInventory }]),
};

/** All three subgraphs, for composition. */
export const subgraphsAt = (
  sdl: string,
  products: string,
  urls: Readonly<Record<keyof typeof neighbours, string>> = {
    users: 'http://127.0.0.1/users',
    inventory: 'http://127.0.0.1/inventory',
  },
): Subgraph[] => [
  { name: 'products', url: products, typeDefs: parse(sdl) },
  { name: 'users', url: urls.users, typeDefs: users },
  { name: 'inventory', url: urls.inventory, typeDefs: inventory },
];
