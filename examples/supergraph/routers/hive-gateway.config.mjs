import { defineConfig } from '@graphql-hive/gateway';
import { operatorHeaders } from './operator-headers.mjs';
import { subgraphTimeoutMs } from './subgraph-timeout.mjs';

export const gatewayConfig = defineConfig({
  // By default it waits forever.
  upstreamTimeout: subgraphTimeoutMs,
  // Set here, the person is part of the key that joins equal requests. A plugin's `onFetch` runs after that.
  propagateHeaders: {
    fromClientToSubgraphs: ({ request, subgraphName }) =>
      subgraphName === 'dingtalk' ? operatorHeaders(request.headers.get('authorization')) : {},
  },
});
