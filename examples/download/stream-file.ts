import { createServer, get as getByHttp, type IncomingMessage, type ServerResponse } from 'node:http';
import { get as getByHttps } from 'node:https';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';

/** `GET /?spaceId=…&dentryId=…` streams a file from DingTalk's object store, with `Range`. */
const port = Number(process.env['PORT'] ?? 4100);
const gatewayUrl = process.env['GATEWAY_URL'] ?? 'http://localhost:4000/graphql';
const silenceMs = 10_000;

const query = `query Download($spaceId: ID!, $dentryId: ID!) {
  dentry(spaceId: $spaceId, dentryId: $dentryId) { name download { urls headers { name value } } }
}`;
const statusOf: Readonly<Record<string, number>> = {
  BAD_USER_INPUT: 400,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  DENTRY_NOT_FOUND: 404,
  SPACE_NOT_FOUND: 404,
  DENTRY_NOT_SUPPORTED: 415,
  DENTRY_ARCHIVED: 503,
};

/** Answers with the bytes of one file. Neither the url nor its headers are logged: both are credentials. */
export async function streamFile(request: IncomingMessage, response: ServerResponse, gateway = gatewayUrl) {
  if (request.method !== 'GET') {
    response.writeHead(405, { allow: 'GET' }).end();
    return;
  }
  const searchParams = new URLSearchParams(request.url?.split('?')[1]);
  const variables = { spaceId: searchParams.get('spaceId'), dentryId: searchParams.get('dentryId') };
  const { authorization, range } = request.headers;
  // With the person's own credentials: DingTalk decides who may read.
  const headers = { 'content-type': 'application/json', ...(authorization && { authorization }) };
  const body = JSON.stringify({ query, variables });
  const signal = AbortSignal.timeout(silenceMs);
  const answer: any = await (await fetch(gateway, { method: 'POST', headers, body, signal })).json();
  const { name, download } = answer.data?.dentry ?? {};
  if (!download) {
    const { code, retryAfterMs } = answer.errors?.[0]?.extensions ?? {};
    if (retryAfterMs) response.setHeader('retry-after', Math.ceil(retryAfterMs / 1000));
    response.writeHead(Object.hasOwn(statusOf, code ?? '') ? (statusOf[code] ?? 502) : 502).end(code);
    return;
  }
  const signed = Object.fromEntries(download.headers.map((header: any) => [header.name, header.value]));
  for (const url of download.urls) {
    // The client has left.
    if (response.destroyed) return;
    const object = await open(url, { ...signed, ...(range && { range }) });
    // 416: the range is beyond the file, which the next url would say as well.
    if (!object || ![200, 206, 416].includes(object.statusCode ?? 0)) {
      object?.destroy();
      continue;
    }
    for (const header of ['content-length', 'content-range', 'accept-ranges']) {
      const value = object.headers[header];
      if (value) response.setHeader(header, value);
    }
    response.writeHead(object.statusCode ?? 200, {
      'content-type': 'application/octet-stream',
      // Never as a page of this site.
      'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(String(name).toWellFormed()).replaceAll("'", '%27')}`,
      'x-content-type-options': 'nosniff',
      'cache-control': 'private, no-store',
    });
    await pipeline(object, response);
    return;
  }
  response.writeHead(502).end('no url of the object store answers');
}

/** Sends exactly these headers, unlike `fetch`, which adds its own. Undefined where there is no answer. */
const open = (url: string, headers: Record<string, string>): Promise<IncomingMessage | undefined> =>
  new Promise((resolve) => {
    if (!URL.canParse(url) || !/^https?:/.test(url)) {
      resolve(undefined);
      return;
    }
    const get = url.startsWith('https:') ? getByHttps : getByHttp;
    const sent = get(url, { headers, timeout: silenceMs }, resolve);
    sent.on('timeout', () => sent.destroy()).on('error', () => resolve(undefined));
  });

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const server = createServer((request, response) => {
    streamFile(request, response).catch((error: unknown) => {
      console.error(`A download failed: ${error instanceof Error ? error.name : 'unknown error'}`);
      if (response.headersSent) response.destroy();
      else response.writeHead(502).end();
    });
  });
  server.listen(port, '127.0.0.1', () => {
    console.log(`http://localhost:${(server.address() as AddressInfo).port}/?spaceId=798xxxxx&dentryId=2001`);
  });
}
