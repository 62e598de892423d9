import * as z from 'zod';
import { codec } from '../../../src/domain/codec.ts';
import type { CacheableEndpoint } from '../../../src/domain/endpoint.ts';
import { publicError } from '../../../src/errors/public-error.ts';
import type { Find } from '../../../src/graph/loading/loading.ts';

// The data that Apollo's compatibility tests expect of every library.

export const maker = {
  email: 'support@apollographql.com',
  name: 'Jane Smith',
  totalProductsCreated: 1337,
  yearsOfEmployment: 10,
};

const dimensions = { size: 'small', weight: 1, unit: 'kg' };
const { name: _name, ...createdBy } = maker;

const product = (
  id: string,
  sku: string,
  packageName: string,
  variation: string,
  caseNumber: string,
  description: string,
): object => ({
  id,
  sku,
  package: packageName,
  variation: { id: variation },
  dimensions,
  research: [{ study: { caseNumber, description }, outcome: null }],
  createdBy,
  notes: null,
});

/** By id. */
export const products: ReadonlyMap<string, object> = new Map([
  [
    'apollo-federation',
    product('apollo-federation', 'federation', '@apollo/federation', 'OSS', '1234', 'Federation Study'),
  ],
  ['apollo-studio', product('apollo-studio', 'studio', '', 'platform', '1235', 'Studio Study')],
]);

/** By sku and package. */
export const deprecatedProducts: ReadonlyMap<string, object> = new Map([
  [
    'apollo-federation-v1 @apollo/federation-v1',
    {
      sku: 'apollo-federation-v1',
      package: '@apollo/federation-v1',
      reason: 'Migrate to Federation V2',
      createdBy,
    },
  ],
]);

const endpoint = <Input>(name: string): CacheableEndpoint<Input, object> => ({
  name,
  method: 'GET',
  path: () => `/${name}`,
  operator: undefined,
  answer: codec(z.looseObject({})),
  repeatable: true,
  refusals: {},
});

export const productEndpoint = endpoint<{ readonly id: string }>('product');
export const deprecatedProductEndpoint = endpoint<{ readonly sku: string; readonly package: string }>(
  'deprecatedProduct',
);

/** Finds a product in memory, where the gateway would ask DingTalk. */
export const find = (({ name }, inputs: readonly Readonly<Record<string, string>>[]) =>
  inputs.map(async ({ id = '', sku, package: packageName }) => {
    const found = name === 'product' ? products.get(id) : deprecatedProducts.get(`${sku} ${packageName}`);
    if (!found) throw publicError('NOT_FOUND', 'There is no such product.');
    return found;
  })) as Find;
