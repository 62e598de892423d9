import 'reflect-metadata';
import { expect, test } from '@jest/globals';
import * as z from 'zod';
import { sandboxCredentials } from '../../src/sandbox/credentials.ts';
import { routes } from '../../src/sandbox/routes.ts';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import { fetchAccessToken } from '../sandbox/sandbox-client.ts';
import { lookupOf } from '../../src/graph/loading/looks-up.decorator.ts';
import { operations } from '../../src/graph/registry.ts';
import { endpoints, schema } from '../support/endpoints.ts';
import { lookupFields, nestedQuery } from '../support/nested-query.ts';
import { startGateway } from '../support/start-gateway.ts';

/** An input for each endpoint that the stand-in can answer. A new endpoint needs a line. */
const inputs: Readonly<Record<string, object>> = {
  conversationSpace: { openConversationId: 'cid.shortTime' },
  storageSpace: { spaceId: '798xxxxx' },
};

test('every endpoint of the graph has an input here', () => {
  expect(endpoints.map(({ name }) => name).toSorted()).toEqual(Object.keys(inputs).toSorted());
});

/** The stand-in answers any id that begins so. */
const idPrefixes: Readonly<Record<string, string>> = {
  openConversationId: 'cid.demo.',
  spaceId: 'space.demo.',
};

test.each(endpoints.map((endpoint) => [endpoint.name, endpoint] as const))(
  '%s has a route of that name in the stand-in, and its codec decodes and encodes the answer',
  async (name, { method, path, query, body, batch, operator, answer }) => {
    const input = inputs[name]!;
    const route = routes.find(({ api }) => api === name)!;
    const pattern = new RegExp(`^${route.url.replaceAll(/:\w+/g, '[^/]+')}$`);
    expect([route.method, pattern.test(path(input))]).toEqual([method, true]);

    const sandbox = await startSandbox();
    const token = await fetchAccessToken(sandbox);
    const parameters = new URLSearchParams({
      ...JSON.parse(JSON.stringify(query?.(input) ?? {})),
      ...(operator && { [operator]: sandboxCredentials.operatorUnionId }),
    });
    const sent = batch ? batch.body([input]) : body?.(input);
    const response = await fetch(`${sandbox.url}${path(input)}?${parameters.toString()}`, {
      method,
      headers: { 'content-type': 'application/json', 'x-acs-dingtalk-access-token': token },
      ...(sent !== undefined && { body: JSON.stringify(sent) }),
    });
    const received: unknown = await response.json();
    await sandbox.close();
    const items = batch?.items.parse(received);
    const decoded: unknown = z.decode(answer, items ? (items[0] as { body: unknown }).body : received);
    const kept: unknown = JSON.parse(JSON.stringify(z.encode(answer, decoded)));

    expect(z.decode(answer, kept)).toEqual(decoded);
  },
);

const entities = operations.flatMap((operation) => operation.entities);

test.each(lookupFields(schema).map((each) => [each.type.name, each.field.name, each] as const))(
  '%s.%s: three of them in one request, however deep, are stopped at a limit of two',
  async (_type, _name, lookupField) => {
    const query = nestedQuery(
      schema,
      entities,
      lookupField,
      (name, index) => `${idPrefixes[name]}${index}`,
      3,
    );
    await using gateway = await startGateway({ environment: { MAX_LOOKUPS_PER_REQUEST: '2' } });

    const { body } = await gateway.query(query);

    expect(body.errors?.map(({ extensions }) => extensions.code)).toContain('LOOKUP_LIMIT_EXCEEDED');
    const calls = gateway.upstream.calls.filter(({ api }) => api !== 'accessToken');
    expect(calls.length).toBeLessThanOrEqual(2);
  },
);

test('the generated queries reach every field that looks something up, within the limit', async () => {
  for (const lookupField of lookupFields(schema)) {
    const query = nestedQuery(
      schema,
      entities,
      lookupField,
      (name, index) => `${idPrefixes[name]}${index}`,
      2,
    );
    await using gateway = await startGateway({ environment: { MAX_LOOKUPS_PER_REQUEST: '10' } });

    const { body } = await gateway.query(query);

    expect(body.errors).toBeUndefined();
    const name = lookupOf(lookupField.field)!.endpoint.name;
    expect(gateway.upstream.calls.filter(({ api }) => api === name)).toHaveLength(2);
  }
});
