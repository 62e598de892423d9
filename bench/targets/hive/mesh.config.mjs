import { defineConfig } from '@graphql-mesh/compose-cli';
import { loadJSONSchemaSubgraph } from '@omnigraph/json-schema';

// DingTalk's lookup as a subgraph that Hive Gateway calls directly.

const text = { type: 'string' };

export const composeConfig = defineConfig({
  subgraphs: [
    {
      sourceHandler: loadJSONSchemaSubgraph('DingTalk', {
        endpoint: process.env.UPSTREAM_URL,
        operationHeaders: {
          'content-type': 'application/json',
          'x-acs-dingtalk-access-token': '{context.accessToken}',
        },
        operations: [
          {
            type: 'Query',
            field: 'conversationSpace',
            method: 'POST',
            path: '/v1.0/convFile/conversations/spaces/query?unionId={context.unionId}',
            requestTypeName: 'GetSpaceBody',
            requestSchema: {
              type: 'object',
              title: 'GetSpaceBody',
              required: ['openConversationId'],
              properties: { openConversationId: text },
            },
            responseTypeName: 'SpaceAnswer',
            responseSchema: {
              type: 'object',
              title: 'SpaceAnswer',
              properties: {
                space: {
                  type: 'object',
                  title: 'Space',
                  properties: { spaceId: text, corpId: text, createTime: text, modifiedTime: text },
                },
              },
            },
          },
        ],
      }),
    },
  ],
});
