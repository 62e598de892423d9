import 'reflect-metadata';
import { readdir } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import * as z from 'zod';
import { sandboxCredentials } from '../../src/sandbox/credentials.ts';
import { routes } from '../../src/sandbox/routes.ts';
import { startSandbox, type SandboxApi } from '../../src/sandbox/sandbox.ts';
import { fetchAccessToken } from '../sandbox/sandbox-client.ts';
import { lookupOf } from '../../src/graph/loading/looks-up.decorator.ts';
import { operations } from '../../src/graph/registry.ts';
import { endpoints, schema } from '../support/endpoints.ts';
import {
  idsOnTheWay,
  lookupFields,
  nestedQuery,
  type IdOf,
  type LookupField,
} from '../support/nested-query.ts';
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
const idAt: IdOf = (name, index) =>
  `${idPrefixes[name] ?? `(a prefix for ${name} is missing above)`}${index}`;
const fields = lookupFields(schema).map((each) => [`${each.type.name}.${each.field.name}`, each] as const);

test('every endpoint of src/graph is looked up by a field or an entity: without @LooksUp it would not be counted', async () => {
  const folder = new URL('../../src/graph/', import.meta.url);
  const files = (await readdir(folder, { recursive: true })).filter((file) => file.endsWith('.endpoint.ts'));
  const modules = await Promise.all(files.map((file) => import(new URL(file, folder).href)));
  const names = modules.flatMap((module) => Object.values(module as Record<string, { name: string }>));

  expect(names.map(({ name }) => name).toSorted()).toEqual(endpoints.map(({ name }) => name).toSorted());
});

test.each(
  fields.flatMap(([name, each]) =>
    idsOnTheWay(schema, entities, each).map((varying) => [name, varying, each] as const),
  ),
)(
  '%s: three in one request that differ in %s are stopped at a limit of two',
  async (_field, varying, each) => {
    const idOf: IdOf = (name, index) => idAt(name, name === varying ? index : 0);
    await using gateway = await startGateway({ environment: { MAX_LOOKUPS_PER_REQUEST: '2' } });

    const { body } = await gateway.query(nestedQuery(schema, entities, each, idOf, 3));

    expect(body.errors?.map(({ extensions }) => extensions.code)).toContain('LOOKUP_LIMIT_EXCEEDED');
    const calls = gateway.upstream.calls.filter(({ api }) => api !== 'accessToken');
    expect(calls.length).toBeLessThanOrEqual(2);
  },
);

test.each(fields)('%s: a query reaches it, and costs its calls', async (_field, each) => {
  await using gateway = await startGateway();

  const { body } = await gateway.query(nestedQuery(schema, entities, each, idAt, 2));

  expect(body.errors).toBeUndefined();
  const { name } = lookupOf(each.field)!.endpoint;
  expect(gateway.upstream.callsTo(name as SandboxApi)).toHaveLength(2);
});

/** `..` leads elsewhere only in a path, and DingTalk's reads that are no GET have their ids in the body. */
const badIdsOf = ({ field }: LookupField): readonly string[] =>
  lookupOf(field)!.endpoint.method === 'GET' ? ['  ', '..'] : ['  '];

test.each(
  fields.flatMap(([name, each]) =>
    idsOnTheWay(schema, entities, each).flatMap((bad) =>
      badIdsOf(each).map((value) => [name, bad, value, each] as const),
    ),
  ),
)('%s: the %s %j is refused without a call', async (_field, bad, value, each) => {
  const idOf: IdOf = (name, index) => (name === bad ? value : idAt(name, index));
  await using gateway = await startGateway();

  const { body } = await gateway.query(nestedQuery(schema, entities, each, idOf, 1));

  expect(body.errors?.map(({ extensions }) => extensions.code)).toEqual(['BAD_USER_INPUT']);
  expect(gateway.upstream.calls).toEqual([]);
});
