import http from 'node:http';
import type { Api } from './files.ts';
import { host, port } from './surroundings.ts';

/** A lookup that DingTalk refused. */
export class Refused extends Error {}

interface Asked {
  readonly openConversationId: string;
  readonly spaceId: string;
  readonly dentryId: string;
}

/** What a path answers, and the name of its field. */
interface Route {
  readonly field: string;
  readonly answer: (asked: Asked, unionId: string) => Promise<unknown>;
}

const pageSize = 50;

const routesOf = ({ lookup, files }: Api): Readonly<Record<string, Route>> => ({
  '/lookup': {
    field: 'conversationSpace',
    answer: ({ openConversationId }, unionId) => lookup(openConversationId, unionId),
  },
  '/page': { field: 'page', answer: ({ spaceId }, unionId) => files.page(spaceId, pageSize, unionId) },
  '/file': {
    field: 'file',
    answer: ({ spaceId, dentryId }, unionId) => files.file(spaceId, dentryId, unionId),
  },
  '/thumbnail': {
    field: 'thumbnail',
    answer: ({ spaceId, dentryId }, unionId) => files.thumbnail(spaceId, dentryId, unionId),
  },
});

/** Serves one call of the upstream per request over bare `node:http`, with answers in the form of GraphQL. */
export function serveRest(api: Api): void {
  const routes = routesOf(api);
  http
    .createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => void answer(request, response, Buffer.concat(chunks).toString()));
    })
    .listen(port, host);

  async function answer(
    request: http.IncomingMessage,
    response: http.ServerResponse,
    body: string,
  ): Promise<void> {
    const route = routes[request.url ?? ''];
    let text: string;
    try {
      if (route === undefined) throw new Error('There is no such path');
      const unionId = String(request.headers['x-dingtalk-union-id']);
      text = JSON.stringify({
        data: { [route.field]: await route.answer(JSON.parse(body) as Asked, unionId) },
      });
    } catch (error) {
      const code = error instanceof Refused ? 'FORBIDDEN' : 'UPSTREAM_UNAVAILABLE';
      text = JSON.stringify({ data: { [route?.field ?? 'none']: null }, errors: [{ extensions: { code } }] });
    }
    response.writeHead(200, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(text),
    });
    response.end(text);
  }
}
