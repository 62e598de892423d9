import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, test } from '@jest/globals';
import { sandboxCredentials } from '../../src/sandbox/credentials.ts';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import { eventually } from '../support/eventually.ts';
import { startProcess } from '../support/gateway-process.ts';

const register = '@opentelemetry/auto-instrumentations-node/register';
const lookup = (id: string): string =>
  `{ conversationSpace(openConversationId: "${id}") { spaceId corpId } }`;
const apiKey = 'k3y-of-the-frontend-0b8a';

/** What an agent sends its spans to. */
async function startCollector() {
  const exports: string[] = [];
  const server = http.createServer((request, response) => {
    void text(request).then((body) => {
      exports.push(body);
      response.setHeader('content-type', 'application/json');
      return response.end('{}');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    exported: () => exports.join('\n'),
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

test.each([
  ['--require', ['--require', register]],
  ['--import', ['--import', register]],
  [
    'its loader hook',
    ['--experimental-loader', '@opentelemetry/instrumentation/hook.mjs', '--require', register],
  ],
])('under the agent of OpenTelemetry, by %s, lookups work and no token is exported', async (_name, flags) => {
  const upstream = await startSandbox({ callsPerSecond: Infinity });
  await using collector = await startCollector();
  await using gateway = startProcess(['node', ...flags, 'dist/main.js'], {
    PORT: '0',
    DINGTALK_API_URL: upstream.url,
    DINGTALK_APP_KEY: sandboxCredentials.appKey,
    DINGTALK_APP_SECRET: sandboxCredentials.appSecret,
    DINGTALK_OPERATOR_UNION_ID: sandboxCredentials.operatorUnionId,
    VIEWER_AUTH: 'fixed',
    GATEWAY_API_KEYS: apiKey,
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    OTEL_METRICS_EXPORTER: 'none',
    OTEL_LOGS_EXPORTER: 'none',
    OTEL_BSP_SCHEDULE_DELAY: '50',
    // Others ask clouds about the machine.
    OTEL_NODE_RESOURCE_DETECTORS: 'env,process',
  });
  const url = await gateway.url;
  const ask = async (query: string) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': apiKey },
      body: JSON.stringify({ query }),
    });
    return { status: response.status, body: await response.json() };
  };

  expect(await ask(lookup('cid9FTRQSLo+sKxxxx'))).toEqual({
    status: 200,
    body: { data: { conversationSpace: { spaceId: '798xxxxx', corpId: 'ding1234xxxxx' } } },
  });
  expect(await ask(`{ a: ${lookup('cid.demo.1').slice(2)}`)).toMatchObject({
    status: 200,
    body: { data: { a: { spaceId: expect.any(String) } } },
  });

  expect(upstream.calls.map(({ api, status }) => [api, status])).toEqual([
    ['accessToken', 200],
    ['conversationSpace', 200],
    ['conversationSpace', 200],
  ]);
  // The agent's own header goes along; ours are as without it.
  const [, call] = upstream.calls;
  expect(call?.headers).toMatchObject({
    accept: 'application/json',
    traceparent: expect.stringMatching(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/),
    'x-acs-dingtalk-access-token': expect.any(String),
  });
  await eventually(() => collector.exported().split('/v1.0/convFile/').length > 2);
  const secrets = [
    String(call?.headers['x-acs-dingtalk-access-token']),
    sandboxCredentials.appSecret,
    apiKey,
  ];
  for (const secret of secrets) expect(collector.exported()).not.toContain(secret);
  gateway.child.kill('SIGTERM');
  expect(await gateway.ended).toBe(0);
  expect(gateway.output().stdout).toContain('"msg":"stopped"');
  await upstream.close();
});
