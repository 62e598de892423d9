import { beforeAll, describe, expect, test } from '@jest/globals';
import { composeSupergraph } from '../../examples/supergraph/supergraph.ts';
import { startGateway } from '../support/start-gateway.ts';
import { createPlanner, operationsTo, plannerInstalled, requestsOf, type PlanNode } from './query-plans.ts';
import { conversation, dentry } from './representations.ts';
import { areWanted } from './supergraph-under-test.ts';

const wanted = areWanted('plans of Hive Router', plannerInstalled);

const at = (name: string): string => `http://127.0.0.1/${name}`;
const named = (...names: readonly string[]): object[] => names.map((name) => ({ name }));

const twoKindsOfReferences = `{
  chats { title space { dentries { nodes { name } } } }
  pinnedFiles { name }
}`;

(wanted ? describe : describe.skip)('Hive Router plans', () => {
  let plan: (query: string) => PlanNode;
  beforeAll(async () => {
    plan = await createPlanner(
      await composeSupergraph({
        dingtalk: at('dingtalk'),
        'chat-titles': at('chat-titles'),
        'space-labels': at('space-labels'),
        'file-labels': at('file-labels'),
      }),
    );
  });

  test.each([
    [
      'a page of files, with folders in it and thumbnails: one request',
      `query ($id: ID!, $after: String) {
        conversationSpace(openConversationId: $id) {
          dentries(first: 50, after: $after) {
            nodes { name size thumbnail { url } children { nodes { name thumbnail { url } parent { name } } } }
            pageInfo { hasNextPage endCursor }
          }
        }
      }`,
      'dingtalk',
    ],
    [
      'several lists and fragments of ours: one request',
      `query ($ids: [ID!]!, $spaceId: ID!, $dentryIds: [ID!]!) {
        conversations(openConversationIds: $ids) { space { ...facts } }
        space(spaceId: $spaceId) { ...facts }
        files: dentries(spaceId: $spaceId, dentryIds: $dentryIds) { name space { ...facts } }
      }
      fragment facts on Space { spaceId corpId name partitions { used max } }`,
      'dingtalk',
    ],
    [
      'a reference through a neighbour: one request more',
      'query ($ids: [ID!]!) { chats(ids: $ids) { title space { spaceId corpId } } }',
      'chat-titles, dingtalk',
    ],
    [
      'a reference, and the answer’s fields at a third subgraph',
      'query ($ids: [ID!]!) { chats(ids: $ids) { title space { corpId label } } }',
      'chat-titles, dingtalk, space-labels',
    ],
    [
      'files that a neighbour pinned, with their folders, all our fields at once',
      '{ pinnedFiles { labels name size thumbnail { width } parent { name parent { name } } } }',
      'file-labels, dingtalk',
    ],
    ['references of two kinds: one request', twoKindsOfReferences, '(chat-titles + file-labels), dingtalk'],
    [
      'rows of every depth at a neighbour: one request each way',
      `query ($ids: [ID!]!) {
        conversations(openConversationIds: $ids) {
          title
          space { label dentries { nodes { labels name children { nodes { labels name parent { labels } } } } } }
        }
      }`,
      'dingtalk, (chat-titles + file-labels + space-labels)',
    ],
    [
      'a field of ours that a variable leaves out: no request then',
      'query ($facts: Boolean!) { pinnedFiles { dentryId labels name @include(if: $facts) } }',
      'file-labels, dingtalk?',
    ],
    ['nothing but keys: none', '{ pinnedFiles { spaceId dentryId labels } pinnedSpaces { label } }', ''],
  ])('%s', (_name, query, requests) => {
    const planned = requestsOf(plan(query));

    if (requests === '') expect(planned).not.toContain('dingtalk');
    else expect(planned).toBe(requests);
  });

  test('a request with references of two kinds has the data of both, and a bad one is null at its place', async () => {
    await using gateway = await startGateway();
    const [operation = ''] = operationsTo('dingtalk', plan(twoKindsOfReferences));

    const { body } = await gateway.query(operation, {
      __batch_reps_0: [dentry('798xxxxx', '2011'), dentry('798xxxxx', 'gone'), dentry('798xxxxx', '2001')],
      __batch_reps_1: [conversation('cid9FTRQSLo+sKxxxx'), conversation('cid.conversationNotExist')],
    });

    const inRoot = named(
      'readme.txt',
      '需求文档 Requirements.adoc',
      '官网 Website.url',
      '会议录音 Meeting.m4a',
      '项目计划 Project plan.docx',
      'Photos 照片',
      '合同 Contracts',
    );
    const [readme, , , , projectPlan] = inRoot;
    expect(body.data).toEqual({
      _e0: [readme, null, projectPlan],
      _e1: [{ space: { dentries: { nodes: inRoot } } }, { space: null }],
    });
    expect(body.errors!.map(({ path, extensions }) => [path, extensions.code]).toSorted()).toEqual([
      [['_e0', 1], 'DENTRY_NOT_FOUND'],
      [['_e1', 1, 'space'], 'CONVERSATION_NOT_FOUND'],
    ]);
    expect(gateway.upstream.calls.map(({ api }) => api).toSorted()).toEqual([
      'accessToken',
      'conversationSpace',
      'conversationSpace',
      'dentries',
      'dentriesBatch',
    ]);
  });
});
