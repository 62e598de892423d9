import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface ReceivedCall {
  readonly method: string;
  /** With its query. */
  readonly url: string;
  readonly body: any;
}

/** A DingTalk with one API beside its tokens: `answer` says what it answers, and `calls` what it was asked. */
export interface UpstreamServer extends AsyncDisposable {
  readonly url: URL;
  readonly calls: readonly ReceivedCall[];
}

export interface Reply {
  readonly status?: number;
  readonly body: unknown;
}

export async function startUpstreamServer(
  answer: (call: ReceivedCall) => Reply | Promise<Reply>,
): Promise<UpstreamServer> {
  const calls: ReceivedCall[] = [];
  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const call = await receive(request);
    const isToken = call.url === '/v1.0/oauth2/accessToken';
    if (!isToken) calls.push(call);
    const { status = 200, body } = isToken
      ? { body: { accessToken: 'token', expireIn: 7200 } }
      : await answer(call);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
  const server = createServer((request, response) => void respond(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    calls,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function receive(request: IncomingMessage): Promise<ReceivedCall> {
  const { method = '', url = '' } = request;
  const body = await text(request);
  return { method, url, body: body === '' ? undefined : JSON.parse(body) };
}
