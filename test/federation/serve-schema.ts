import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { GraphQLSchema } from 'graphql';
import { createHandler } from 'graphql-http/lib/use/http';

export interface Served {
  readonly url: string;
  close(): Promise<void>;
}

/** Serves a schema at `/` of a free port; each request has a context of its own. */
export async function serveSchema(
  schema: GraphQLSchema,
  createContext: () => object = () => ({}),
): Promise<Served> {
  const handler = createHandler({ schema, context: () => ({ ...createContext() }) });
  const server = createServer((request, response) => void handler(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
