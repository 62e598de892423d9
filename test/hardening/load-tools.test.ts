import { readFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import {
  apiKey,
  productionOver,
  startBuiltGateway,
  type BuiltGateway,
} from '../../scripts/judges/start-gateway.ts';
import { startSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { eventually } from '../support/eventually.ts';
import { run, testWithProgram } from '../support/programs.ts';
import { rawRequest, sendRaw } from '../support/raw-http.ts';

const testWithSlowHttpTest = testWithProgram('slowhttptest', 'slowhttptest');
const testWithH2Load = testWithProgram('h2load', 'nghttp2-client');

let upstream: Sandbox;
let gateway: BuiltGateway;
let folder: string;
beforeAll(async () => {
  upstream = await startSandbox({ callsPerSecond: Infinity });
  gateway = await startBuiltGateway({
    ...productionOver(upstream.url),
    HEADERS_TIMEOUT_MS: '500',
    REQUEST_TIMEOUT_MS: '1000',
    UPSTREAM_TIMEOUT_MS: '1000',
    // For the longest answer that needs no key.
    IDE: 'on',
  });
  // From here on the lookup is cached.
  await send('/graphql', query);
  folder = await mkdtemp(path.join(tmpdir(), 'gateway-load-'));
});
beforeEach(() => upstream.clearCalls());
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await upstream.close();
  await rm(folder, { recursive: true, force: true });
});

const query = JSON.stringify({
  query: '{ conversationSpace(openConversationId: "cid9FTRQSLo+sKxxxx") { spaceId } }',
});

/** One request on a connection of its own. */
async function send(where: string, body?: string): Promise<{ status: number; body: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<http.IncomingMessage>();
  http
    .request(`${gateway.url}${where}`, {
      agent: false,
      method: body === undefined ? 'GET' : 'POST',
      headers: { 'content-type': 'application/json', ...apiKey },
    })
    .once('response', resolve)
    .once('error', reject)
    .end(body);
  const response = await promise;
  return { status: response.statusCode ?? 0, body: await text(response) };
}

/** The connections that the gateway holds, as Linux lists them. */
async function heldConnections(): Promise<number> {
  const port = Number(new URL(gateway.url).port).toString(16).toUpperCase().padStart(4, '0');
  const established = new RegExp(`^ *\\d+: [0-9A-F]{8}:${port} [0-9A-F:]+ 01 `, 'gm');
  return (await readFile('/proc/net/tcp', 'utf8')).match(established)?.length ?? 0;
}

/** Asks for health and an operation again and again until `isOver`; the distinct answers. */
async function answersUntil(isOver: () => boolean | Promise<boolean>): Promise<ReadonlySet<string>> {
  const answers = new Set<string>();
  await eventually(async () => {
    for (const { status, body } of await Promise.all([send('/healthz'), send('/graphql', query)])) {
      answers.add(`${status} ${body}`);
    }
    return isOver();
  });
  return answers;
}
const good = new Set(['200 {"status":"alive"}', '200 {"data":{"conversationSpace":{"spaceId":"798xxxxx"}}}']);

/** Two hundred connections; the tool would give up after a minute, and takes ten seconds for unavailable. */
const slowly = ['-c', '200', '-r', '200', '-i', '1', '-l', '60', '-p', '10'];

testWithSlowHttpTest.each<[string, string[]]>([
  ['headers that never end', ['-H']],
  ['bodies that never end', ['-B', '-f', 'application/json']],
  ['thousands of ranges', ['-R', '-t', 'GET']],
])('slowhttptest, %s: every connection is ended, and others are answered meanwhile', async (_what, mode) => {
  await using tool = run('slowhttptest', ...slowly, ...mode, '-u', `${gateway.url}/graphql`);

  const answers = await answersUntil(() => tool.child.exitCode !== null);
  const output = await tool.output;

  expect(answers).toEqual(good);
  expect(output).toContain('Exit status: No open connections left');
  expect(output).toMatch(/service available: +YES/);
  expect(output).not.toMatch(/service available: +NO/);
  await eventually(async () => (await heldConnections()) === 0);
  expect(gateway.isRunning).toBe(true);
});

testWithSlowHttpTest(
  'slowhttptest, long answers that are hardly read: every connection is ended, and others are answered meanwhile',
  async () => {
    const page = await send('/');
    // A megabyte: more than the system takes off the gateway's hands.
    const [script = ''] = /\/explorer\/[\d.]+\/ruru\.js/.exec(page.body) ?? [];
    await using tool = run('slowhttptest', ...slowly, '-X', '-k', '10', '-u', `${gateway.url}${script}`);
    await eventually(async () => (await heldConnections()) >= 150);

    const answers = await answersUntil(async () => (await heldConnections()) === 0);

    expect(answers).toEqual(good);
    expect(gateway.isRunning).toBe(true);
    tool.child.kill('SIGKILL');
  },
);

/** What h2load says of requests and statuses. */
const countsOf = (output: string): readonly string[] =>
  output.match(/^(?:requests|status codes): .*$/gm) ?? [];
const allGood = [
  'requests: 2000 total, 2000 started, 2000 done, 2000 succeeded, 0 failed, 0 errored, 0 timeout',
  'status codes: 2000 2xx, 0 3xx, 0 4xx, 0 5xx',
];

testWithH2Load('h2load: 2,000 operations on fifty connections are all answered from the cache', async () => {
  const body = path.join(folder, 'query.json');
  await writeFile(body, query);
  await using tool = run(
    'h2load',
    '--h1',
    '-n',
    '2000',
    '-c',
    '50',
    '-d',
    body,
    '-H',
    'content-type: application/json',
    '-H',
    `x-api-key: ${apiKey['x-api-key']}`,
    `${gateway.url}/graphql`,
  );

  expect(countsOf(await tool.output)).toEqual(allGood);
  expect(upstream.calls).toEqual([]);
  await eventually(async () => (await heldConnections()) === 0);
});

testWithH2Load('h2load: 2,000 pipelined health checks are all answered', async () => {
  await using tool = run('h2load', '--h1', '-n', '2000', '-c', '20', '-m', '10', `${gateway.url}/healthz`);

  expect(countsOf(await tool.output)).toEqual(allGood);
  await eventually(async () => (await heldConnections()) === 0);
});

testWithH2Load('HTTP/2 without TLS is refused at once', async () => {
  await using tool = run('h2load', '-n', '10', '-c', '2', `${gateway.url}/graphql`);

  expect(countsOf(await tool.output)).toEqual([
    'requests: 10 total, 2 started, 0 done, 0 succeeded, 10 failed, 10 errored, 0 timeout',
    'status codes: 0 2xx, 0 3xx, 0 4xx, 0 5xx',
  ]);
  const answer = await sendRaw(gateway.url, 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
  expect([answer?.status, JSON.parse(answer?.body ?? '')]).toEqual([
    400,
    {
      errors: [
        { message: 'The request is not valid HTTP.', extensions: { code: 'BAD_REQUEST', retryable: false } },
      ],
    },
  ]);
  await eventually(async () => (await heldConnections()) === 0);
});

testWithH2Load('an upgrade to HTTP/2 is ignored: the answer is HTTP/1.1', async () => {
  await using tool = run('nghttp', '-nv', '-u', `${gateway.url}/healthz`);

  const output = await tool.output;
  expect(output).toContain('HTTP/1.1 200 OK');
  expect(output).toContain('{"status":"alive"}');
  expect(output).toContain('HTTP Upgrade failed');
  await eventually(async () => (await heldConnections()) === 0);
});

test('an operation that asks for HTTP/2 is answered as HTTP/1.1', async () => {
  const upgrade = [
    ['content-type', 'application/json'],
    ['x-api-key', apiKey['x-api-key']],
    ['connection', 'Upgrade, HTTP2-Settings'],
    ['upgrade', 'h2c'],
    ['http2-settings', 'AAMAAABkAAQAAP__'],
  ] as const;

  const answer = await sendRaw(gateway.url, rawRequest('POST /graphql HTTP/1.1', upgrade, query));

  expect([answer?.status, answer?.body]).toEqual([
    200,
    '{"data":{"conversationSpace":{"spaceId":"798xxxxx"}}}',
  ]);
});
