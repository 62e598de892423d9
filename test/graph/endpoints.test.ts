import 'reflect-metadata';
import { readdir } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import * as z from 'zod';
import { pathTemplate } from '../../src/domain/path-template.ts';
import { sandboxCredentials } from '../../src/sandbox/credentials.ts';
import { routes } from '../../src/sandbox/routes.ts';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import { fetchAccessToken } from '../sandbox/sandbox-client.ts';
import { lookupOf } from '../../src/graph/loading/looks-up.decorator.ts';
import { operations } from '../../src/graph/registry.ts';
import { endpoints, schema } from '../support/endpoints.ts';
import { idsOnTheWay, lookupFields, nestedQuery, type IdOf } from '../support/nested-query.ts';
import { startGateway } from '../support/start-gateway.ts';

/** An input for each endpoint that the stand-in can answer. A new endpoint needs a line. */
const inputs: Readonly<Record<string, object>> = {
  conversationSpace: { openConversationId: 'cid.shortTime' },
  storageSpace: { spaceId: '798xxxxx' },
  dentries: { spaceId: '798xxxxx', parentId: '0', field: 'NAME', direction: 'ASC', size: 50 },
  dentriesBatch: { spaceId: '798xxxxx', dentryId: '2001' },
  thumbnails: { spaceId: '798xxxxx', dentryId: '2001' },
  openInfo: { spaceId: '798xxxxx', dentryId: '2001', watermark: false },
  downloadInfo: { spaceId: '798xxxxx', dentryId: '2001', version: undefined },
  openConversationId: { chatId: 'chat9FTRQSLo' },
};

test('every endpoint of the graph has an input here', () => {
  expect(endpoints.map(({ name }) => name).toSorted()).toEqual(Object.keys(inputs).toSorted());
});

/** The stand-in answers any id that begins so. */
const idPrefixes: Readonly<Record<string, string>> = {
  openConversationId: 'cid.demo.',
  spaceId: 'space.demo.',
  chatId: 'chat.demo.',
};

/** A file and the root, which are in every space. */
const file = 'dentry.dentryPreviewNotSupport';
const root = '0';

test.each(endpoints.map((endpoint) => [endpoint.name, endpoint] as const))(
  '%s has a route of that name in the stand-in, and its codec decodes and encodes the answer',
  async (name, { method, path, query, body, batch, operator, freshness, answer }) => {
    const input = inputs[name]!;
    const route = routes.find(({ api }) => api === name)!;
    const pattern = new RegExp(`^${route.url.replaceAll(/:\w+/g, '[^/]+')}$`);
    expect([route.method, pattern.test(path(input))]).toEqual([method, true]);
    // For spans: an id that is changed on its way into the path would not show as its name.
    expect(pathTemplate(path)).toMatch(new RegExp(`^${route.url.replaceAll(/:\w+/g, String.raw`\{\w+\}`)}$`));

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
    if (freshness === 'never') return;
    const kept: unknown = JSON.parse(JSON.stringify(z.encode(answer, decoded)));

    expect(z.decode(answer, kept)).toEqual(decoded);
  },
);

const entities = operations.flatMap((operation) => operation.entities);
const idAt: IdOf = (name, index) => {
  if (name === 'dentryId' || name === 'dentryIds') return index === 0 ? file : `${file}.${index}`;
  return `${idPrefixes[name] ?? `(a prefix for ${name} is missing above)`}${index}`;
};
const fields = lookupFields(schema).map((each) => [`${each.type.name}.${each.field.name}`, each] as const);

test('every endpoint of src/graph is looked up by a field or an entity: without @LooksUp it would not be counted', async () => {
  const folder = new URL('../../src/graph/', import.meta.url);
  const files = (await readdir(folder, { recursive: true })).filter((file) => file.endsWith('.endpoint.ts'));
  const modules = await Promise.all(files.map((file) => import(new URL(file, folder).href)));
  const names = modules.flatMap((module) => Object.values(module as Record<string, { name: string }>));

  expect(names.map(({ name }) => name).toSorted()).toEqual(endpoints.map(({ name }) => name).toSorted());
});

/** The calls that a query makes, without those for tokens, and the codes of its errors. */
async function ask(query: string, maxLookups: string): Promise<{ calls: string[]; codes: string[] }> {
  await using gateway = await startGateway({ environment: { MAX_LOOKUPS_PER_REQUEST: maxLookups } });
  const { body } = await gateway.query(query);
  const calls = gateway.upstream.calls.map(({ api }) => api).filter((api) => api !== 'accessToken');
  return { calls, codes: (body.errors ?? []).map(({ extensions }) => extensions.code) };
}

test.each(
  fields.flatMap(([name, each]) =>
    idsOnTheWay(schema, entities, each).map((varying) => [name, varying, each] as const),
  ),
)(
  '%s: three in one request that differ in %s are stopped at a limit below their calls',
  async (_field, varying, each) => {
    const idOf: IdOf = (name, index) => idAt(name, name === varying ? index : 0);
    const query = nestedQuery(schema, entities, each, idOf, 3);
    const free = await ask(query, '100');
    expect(free.codes).not.toContain('LOOKUP_LIMIT_EXCEEDED');

    const limit = Math.max(1, free.calls.length - 1);
    const limited = await ask(query, String(limit));

    expect(limited.calls.length).toBeLessThanOrEqual(limit);
    // Lists of what turns out to be a file are counted in advance, and not made.
    if (free.calls.length > limit) expect(limited.codes).toContain('LOOKUP_LIMIT_EXCEEDED');
  },
);

test.each(fields)('%s: a query reaches it, and costs its calls', async (field, each) => {
  const idOf: IdOf = (name, index) =>
    name.startsWith('dentryId') ? (field === 'Dentry.children' ? root : file) : idAt(name, index);

  const { calls, codes } = await ask(nestedQuery(schema, entities, each, idOf, 2), '100');

  const { name } = lookupOf(each.field)!.endpoint;
  expect(calls.filter((api) => api === name).length).toBeGreaterThanOrEqual(2);
  expect(codes).not.toContain('BAD_USER_INPUT');
});

/** Ids that are part of a path: `..` would lead elsewhere. */
const pathIds = new Set(
  endpoints.flatMap(({ name, path }) =>
    Object.keys(inputs[name]!).filter((id) =>
      path({ ...inputs[name], [id]: 'in-the-path' }).includes('in-the-path'),
    ),
  ),
);
const badIdsOf = (id: string): readonly string[] =>
  pathIds.has(id.replace(/s$/, '')) ? ['  ', '..'] : ['  '];

test.each(
  fields.flatMap(([name, each]) =>
    idsOnTheWay(schema, entities, each).flatMap((bad) =>
      badIdsOf(bad).map((value) => [name, bad, value, each] as const),
    ),
  ),
)('%s: the %s %j is refused without a call about it', async (_field, bad, value, each) => {
  const idOf: IdOf = (name, index) => (name === bad ? value : idAt(name, index));

  const { calls, codes } = await ask(nestedQuery(schema, entities, each, idOf, 1), '100');

  expect(codes).toEqual(['BAD_USER_INPUT']);
  // The space of a good id is looked up on the way to a bad dentryId.
  expect(calls.filter((api) => !api.endsWith('Space'))).toEqual([]);
});
