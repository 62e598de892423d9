import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { pluginsOf, type Service, type SubgraphRequest } from './apollo-router-plugins.ts';
import type { Recipe } from './apollo-router-recipe.ts';

interface Options {
  readonly gatewayUrl: string;
  readonly recipe: Recipe;
  /** The values of `${env.NAME}` in the recipe. */
  readonly environment: Readonly<Record<string, string>>;
  /** The claims of each token that the router accepts, by the whole `authorization` header. */
  readonly claims: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

export interface ApolloRouterStandIn extends AsyncDisposable {
  readonly url: string;
  /** The headers of each request to the gateway, in order. */
  readonly sent: readonly Headers[];
  /** Requests that waited for an equal one and got its answer. */
  readonly joined: number;
  /** Holds the gateway's answers until the returned function is called. */
  holdAnswers(): () => void;
}

/** A stand-in for Apollo Router, which tests cannot run: forwards each request as the router would to a subgraph. */
export async function startApolloRouterStandIn(options: Options): Promise<ApolloRouterStandIn> {
  const sent: Headers[] = [];
  let joined = 0;
  let held: Promise<void> | undefined;

  const send: Service = async ({ path, headers, body }) => {
    sent.push(headers);
    const response = await fetch(`${options.gatewayUrl}${path}`, { method: 'POST', headers, body });
    const answer = { status: response.status, body: await response.text() };
    await held;
    return answer;
  };
  const service = pluginsOf(options.recipe, options.environment, () => (joined += 1), send);

  const server = createServer((request, response) => {
    toSubgraphRequest(request, options.claims)
      .then(service)
      .then(
        ({ status, body }) => response.writeHead(status, { 'content-type': 'application/json' }).end(body),
        () => response.destroy(),
      );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sent,
    get joined() {
      return joined;
    },
    holdAnswers() {
      const { promise, resolve } = Promise.withResolvers<void>();
      held = promise;
      return resolve;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** The router creates a new request; the client's headers only reach it by a rule. */
async function toSubgraphRequest(
  request: IncomingMessage,
  claims: Options['claims'],
): Promise<SubgraphRequest> {
  const clientHeaders = Object.entries(request.headers).map(([name, value]): [string, string] => [
    name,
    String(value),
  ]);
  return {
    method: 'POST',
    path: request.url ?? '/',
    headers: new Headers({ 'content-type': 'application/json', accept: 'application/json' }),
    body: await text(request),
    clientHeaders: new Headers(clientHeaders),
    claims: claims[request.headers.authorization ?? ''],
  };
}
