import { defineConfig } from '@graphql-hive/gateway';
import { operatorHeaders } from './operator-headers.mjs';

export const gatewayConfig = defineConfig({
  propagateHeaders: {
    fromClientToSubgraphs: ({ request, subgraphName }) =>
      subgraphName === 'dingtalk' ? operatorHeaders(request.headers.get('authorization')) : {},
  },
});
