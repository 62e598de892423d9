import type { IncomingHttpHeaders } from 'node:http';
import { expect, test } from '@jest/globals';
import { demoSpaceId } from '../../src/sandbox/demo-space.ts';
import { demoDentryId } from '../../src/sandbox/files/demo-tree.ts';
import { eventually } from '../support/eventually.ts';
import { audience, createSigningKey, issuer, startKeyServer } from '../support/issuer.ts';
import { requestLines } from '../support/log-lines.ts';
import { startOtlpReceiver } from '../support/otlp-receiver.ts';
import { startGateway, type GatewayUnderTest } from '../support/start-gateway.ts';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const spanId = '00f067aa0ba902b7';
const valid = `00-${traceId}-${spanId}-01`;

/** What routers and meshes send along. */
const traceHeaders = {
  traceparent: valid,
  tracestate: 'vendor=in-confidence',
  baggage: 'unionId=in-confidence',
  b3: `${traceId}-${spanId}-1`,
  'x-b3-traceid': traceId,
  'x-b3-spanid': spanId,
  'x-b3-sampled': '1',
  'uber-trace-id': `${traceId}:${spanId}:0:1`,
  'x-datadog-trace-id': '1234567890',
  'x-request-id': 'request-of-the-router',
};

const spaceId = demoSpaceId('cid.demo.a');
const dentryId = demoDentryId(spaceId, 5);
/** Asks every API. */
const everything = `{
  conversationSpace(openConversationId: "cid.demo.a") { name }
  conversationByChatId(chatId: "chat.demo.a") { openConversationId }
  space(spaceId: "${spaceId}") { dentries(first: 1) { nodes { name } } }
  dentry(spaceId: "${spaceId}", dentryId: "${dentryId}") { name thumbnail { url } preview { url } download { urls } }
}`;

/** The line of the one request that `send` makes. */
async function lineOf({ log }: GatewayUnderTest, send: () => Promise<unknown>) {
  const from = log.length;
  await send();
  await eventually(() => requestLines(log, from).length === 1);
  return requestLines(log, from)[0]!;
}

const namesOf = (sent: readonly IncomingHttpHeaders[]): string[] => [
  ...new Set(sent.flatMap((headers) => Object.keys(headers))),
];
const valuesOf = (sent: readonly IncomingHttpHeaders[]): string => JSON.stringify(sent);

test.each([
  ['off', false],
  ['on', true],
])('with OpenTelemetry %s the log has the trace, and nothing of it is sent on', async (_name, isOn) => {
  await using receiver = await startOtlpReceiver();
  const key = await createSigningKey('one');
  await using keys = await startKeyServer(key);
  const askedForKeys: IncomingHttpHeaders[] = [];
  keys.answerWith(({ headers }, response) => {
    askedForKeys.push(headers);
    response.end(JSON.stringify({ keys: [key.jwk] }));
  });
  const exporting = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' };
  await using byToken = await startGateway({
    environment: {
      VIEWER_AUTH: 'jwt',
      VIEWER_JWKS_URL: keys.url,
      VIEWER_JWT_ISSUER: issuer,
      VIEWER_JWT_AUDIENCE: audience,
      ...(isOn && exporting),
    },
  });
  await using byDingTalk = await startGateway({
    environment: { VIEWER_AUTH: 'dingtalk', ...(isOn && exporting) },
  });
  const asked = { ...traceHeaders, authorization: `Bearer ${await key.sign()}` };
  const asPerson = { ...traceHeaders, authorization: 'Bearer no-token-of-a-person' };

  const line = await lineOf(byToken, () => byToken.query(everything, {}, asked));
  const other = await lineOf(byDingTalk, () => byDingTalk.query(everything, {}, asPerson));

  expect([line, other]).toEqual([expect.objectContaining({ traceId }), expect.objectContaining({ traceId })]);
  const calls = [...byToken.upstream.calls, ...byDingTalk.upstream.calls];
  expect([...new Set(calls.map(({ api }) => api))].toSorted()).toEqual([
    'accessToken',
    'conversationSpace',
    'dentries',
    'dentriesBatch',
    'downloadInfo',
    'openConversationId',
    'openInfo',
    'storageSpace',
    'thumbnails',
    'usersMe',
  ]);
  const sent = [...calls.map(({ headers }) => headers), ...askedForKeys];
  expect(askedForKeys).not.toEqual([]);
  expect(namesOf(sent).filter((name) => name in traceHeaders)).toEqual([]);
  for (const value of [traceId, spanId, 'in-confidence', 'request-of-the-router']) {
    expect(valuesOf(sent)).not.toContain(value);
  }
});

test.each([
  ['an id of zeros', `00-${'0'.repeat(32)}-${spanId}-01`],
  ['capitals', valid.toUpperCase()],
  ['the version ff', valid.replace('00', 'ff')],
  ['a second value', `${valid}, ${valid}`],
  ['another form', 'in-confidence'],
])('a traceparent with %s is in no line, with OpenTelemetry off and on', async (_which, traceparent) => {
  await using receiver = await startOtlpReceiver();
  const query = '{ conversationSpace(openConversationId: "cid.demo.a") { spaceId } }';
  await using off = await startGateway();
  await using on = await startGateway({
    environment: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' },
  });

  const [lineOff, lineOn] = [
    await lineOf(off, () => off.query(query, {}, { traceparent })),
    await lineOf(on, () => on.query(query, {}, { traceparent })),
  ];

  expect(lineOff).toMatchObject({ msg: 'answered', status: 200 });
  expect(lineOff).not.toHaveProperty('traceId');
  // A trace of the gateway's own.
  expect(lineOn).toMatchObject({ msg: 'answered', traceId: expect.stringMatching(/^[0-9a-f]{32}$/) });
  expect([...off.log, ...on.log].join('')).not.toContain(traceparent);
  expect(lineOn['traceId']).not.toBe(traceId);
});
