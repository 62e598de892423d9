import http from 'node:http';
import { host, port, type Space } from './surroundings.ts';

type Lookup = (openConversationId: string, unionId: string) => Promise<Space>;

/** A lookup that DingTalk refused. */
export class Refused extends Error {}

/** Serves one lookup per request over bare `node:http`, with answers in the form of GraphQL. */
export function serveRest(lookup: Lookup): void {
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
    let text: string;
    try {
      const { openConversationId } = JSON.parse(body) as { openConversationId: string };
      const unionId = String(request.headers['x-dingtalk-union-id']);
      text = JSON.stringify({ data: { conversationSpace: await lookup(openConversationId, unionId) } });
    } catch (error) {
      const code = error instanceof Refused ? 'FORBIDDEN' : 'UPSTREAM_UNAVAILABLE';
      text = JSON.stringify({ data: { conversationSpace: null }, errors: [{ extensions: { code } }] });
    }
    response.writeHead(200, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(text),
    });
    response.end(text);
  }
}
