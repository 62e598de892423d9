import { readFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { readRecipe } from '../federation/apollo-router-recipe.ts';
import { codeBlocks } from '../support/code-blocks.ts';

const page = await readFile('docs/federation.md', 'utf8');

/** The blocks of a router's section in one language. */
const recipe = (router: string, language: string): string =>
  codeBlocks(new RegExp(`^### ${router}\\n(.*?)^##`, 'ms').exec(page)?.[1] ?? '', language).join('\n');

test('every YAML block is YAML, and no recipe forwards a header of the client', () => {
  const blocks = codeBlocks(page, 'yaml');

  expect(blocks).toHaveLength(3);
  for (const block of blocks) expect(JSON.stringify(parse(block))).not.toContain('propagate');
});

test('Apollo Router inserts the person from the context, before de-duplication, and keeps de-duplication off', () => {
  const rhai = recipe('Apollo Router', 'rust');

  expect(readRecipe(recipe('Apollo Router', 'yaml'), rhai)).toEqual({
    headerRules: [
      { remove: { named: 'x-dingtalk-union-id' } },
      { remove: { named: 'x-dingtalk-corp-id' } },
      { insert: { name: 'x-router-secret', value: '${env.ROUTER_SECRET}' } },
      { insert: { name: 'x-dingtalk-union-id', from_context: 'dingtalk_union_id' } },
    ],
    deduplicates: false,
    contextFromClaims: [['dingtalk_union_id', 'unionId']],
    lateHeadersFromClaims: [],
  });
  expect(parse(recipe('Apollo Router', 'yaml'))).toMatchObject({
    traffic_shaping: { subgraphs: { dingtalk: { deduplicate_query: false } } },
  });
  expect(rhai.match(/^fn \w+/gm)).toEqual(['fn supergraph_service']);
});

test('Apollo Router’s cache tells people apart by the key of the context that names the person', () => {
  const cache = parse(recipe('Caches of a router', 'yaml'));
  const { contextFromClaims } = readRecipe(recipe('Apollo Router', 'yaml'), recipe('Apollo Router', 'rust'));

  const { all, subgraphs } = cache.response_cache.subgraph;
  expect(all.enabled).toBe(false);
  expect(subgraphs).toEqual({
    dingtalk: {
      enabled: true,
      private_id: contextFromClaims[0]?.[0],
      redis: { urls: [expect.any(String)] },
      ttl: '60s',
    },
  });
});

test('Hive Gateway sets the person before it joins requests', () => {
  const config = recipe('Hive Gateway', 'ts');

  expect(config).toMatch(/propagateHeaders: \{\s+fromClientToSubgraphs:/);
  expect(config).not.toContain('onFetch');
});

test('Cosmo Router sets the person by a rule, empty if the token names none', () => {
  expect(parse(recipe('Cosmo Router', 'yaml'))).toEqual({
    headers: {
      subgraphs: {
        dingtalk: {
          request: [
            { op: 'set', name: 'x-router-secret', value: '${ROUTER_SECRET}' },
            { op: 'set', name: 'x-dingtalk-corp-id', value: '' },
            { op: 'set', name: 'x-dingtalk-union-id', value: '' },
            {
              op: 'set',
              name: 'x-dingtalk-union-id',
              expression: "request.auth.isAuthenticated ? request.auth.claims.unionId : ''",
            },
          ],
        },
      },
    },
  });
});
