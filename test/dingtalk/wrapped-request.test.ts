import { once } from 'node:events';
import http, { type RequestOptions } from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { AbortableSignal } from '../../src/async/abort.ts';
import { systemClock } from '../../src/async/clock.ts';
import { createUpstreamClient } from '../../src/dingtalk/http/client.ts';
import { selfSigned } from '../support/self-signed.ts';
import { startGateway } from '../support/start-gateway.ts';

const lookup = 'query ($id: ID!) { conversationSpace(openConversationId: $id) { spaceId } }';
const example = { id: 'cid9FTRQSLo+sKxxxx' };
const found = { data: { conversationSpace: { spaceId: '798xxxxx' } } };

const originals = { http: http.request, https: https.request };
afterEach(() => {
  http.request = originals.http;
  https.request = originals.https;
});

interface Seen {
  readonly method: unknown;
  readonly headers: unknown;
  status?: number | undefined;
}

/**
 * Wraps `request` as OpenTelemetry and dd-trace do: reads the headers as an object, passes on a copy with one more, and
 * listens for the response.
 */
function trace(module: typeof http | typeof https, more: https.RequestOptions = {}): Seen[] {
  const seen: Seen[] = [];
  const original = module.request as (options: RequestOptions) => http.ClientRequest;
  const traced = (options: RequestOptions): http.ClientRequest => {
    const headers = Object.assign({}, options.headers, { traceparent: '00-1-2-01' });
    const call: Seen = { method: options.method, headers: options.headers };
    seen.push(call);
    const request = original({ ...options, ...more, headers });
    request.prependListener('response', ({ statusCode }) => void (call.status = statusCode));
    return request;
  };
  module.request = traced as typeof http.request;
  return seen;
}

test('a tracer that wraps http.request reads the headers, adds its own, and gets the response event', async () => {
  const seen = trace(http);
  await using gateway = await startGateway();

  expect((await gateway.query(lookup, example)).body).toEqual(found);

  const [call] = gateway.upstream.callsTo('conversationSpace');
  expect(call?.headers).toMatchObject({ traceparent: '00-1-2-01', 'content-type': 'application/json' });
  expect(seen.map(({ status }) => status)).toEqual([200, 200]);
  expect(seen[1]?.method).toBe('POST');
  expect(seen[1]?.headers).toMatchObject({
    accept: 'application/json',
    'x-acs-dingtalk-access-token': expect.any(String),
  });
});

test('the same holds for a replay over a new connection', async () => {
  const seen = trace(http);
  await using gateway = await startGateway();
  await gateway.query(lookup, example);
  gateway.upstream.addFault('conversationSpace', { kind: 'reset' }, 1);

  expect((await gateway.query(lookup, example)).body).toEqual(found);

  expect(seen.map(({ status }) => status)).toEqual([200, 200, undefined, 200]);
});

test('the same holds for https.request', async () => {
  const server = https.createServer(selfSigned, (request, response) => {
    response.end(JSON.stringify(request.headers));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const seen = trace(https, { ca: selfSigned.cert });
  const url = new URL(`https://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const client = createUpstreamClient(url, systemClock);

  const { status, body } = await client.send({
    method: 'GET',
    path: '/',
    token: 'token',
    signal: new AbortableSignal(),
  });

  expect(status).toBe(200);
  expect(JSON.parse(body)).toMatchObject({
    host: url.host,
    traceparent: '00-1-2-01',
    'x-acs-dingtalk-access-token': 'token',
  });
  expect(seen).toEqual([{ method: 'GET', headers: expect.any(Object), status: 200 }]);
  client.close();
  server.close();
});
