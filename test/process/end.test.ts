import { once } from 'node:events';
import http from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { sandboxCredentials } from '../../src/sandbox/credentials.ts';
import { startSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { eventually } from '../support/eventually.ts';
import { startProcess, type GatewayProcess } from '../support/gateway-process.ts';
import { KeptConnection, post } from '../support/kept-connection.ts';

const query = '{ conversationSpace(openConversationId: "cid9FTRQSLo+sKxxxx") { spaceId } }';
const found = '{"data":{"conversationSpace":{"spaceId":"798xxxxx"}}}\n';
const answered = expect.objectContaining({ status: 200, body: found.trim() });
const lastAnswer = { status: 200, isLast: true, body: found.trim() };

interface Running extends AsyncDisposable {
  readonly run: GatewayProcess;
  readonly url: string;
  readonly upstream: Sandbox;
  /** Sends SIGTERM, and waits until the gateway has begun to stop. */
  stop(): Promise<void>;
}

async function start(environment: NodeJS.ProcessEnv = {}): Promise<Running> {
  const upstream = await startSandbox();
  const run = startProcess([process.execPath, 'dist/main.js'], {
    PORT: '0',
    DINGTALK_API_URL: upstream.url,
    DINGTALK_APP_KEY: sandboxCredentials.appKey,
    DINGTALK_APP_SECRET: sandboxCredentials.appSecret,
    DINGTALK_OPERATOR_UNION_ID: sandboxCredentials.operatorUnionId,
    VIEWER_AUTH: 'fixed',
    ...environment,
  });
  return {
    run,
    url: await run.url,
    upstream,
    async stop() {
      run.child.kill('SIGTERM');
      await eventually(() => run.output().stdout.includes('SIGTERM: stopping'));
    },
    async [Symbol.asyncDispose]() {
      await run[Symbol.asyncDispose]();
      await upstream.close();
    },
  };
}

const refused = (url: string): Promise<boolean> =>
  KeptConnection.open(url).then(
    (connection) => {
      connection.close();
      return false;
    },
    (error: NodeJS.ErrnoException) => error.code === 'ECONNREFUSED',
  );

test('160 kept connections that are used while the gateway stops lose no request', async () => {
  await using running = await start();
  const connections = await Promise.all(Array.from({ length: 160 }, () => KeptConnection.open(running.url)));
  for (const connection of connections) expect(await connection.ask(post(query))).toEqual(answered);
  const [first, second] = [connections.slice(0, 80), connections.slice(80)];

  running.run.child.kill('SIGTERM');
  const atTheSignal = first.map((connection) => connection.ask(post(query)));
  await running.stop();
  const later = second.map((connection) => connection.ask(post(query)));

  expect(await Promise.all(atTheSignal)).toEqual(first.map(() => answered));
  expect(await Promise.all(later)).toEqual(second.map(() => lastAnswer));
  expect(await running.run.ended).toBe(0);
});

test('160 clients of a pool that send at random moments lose no request', async () => {
  await using running = await start();
  const agents = Array.from({ length: 160 }, () => new http.Agent({ keepAlive: true, maxSockets: 1 }));
  let sent = 0;
  const codes = new Set<string | undefined>();
  async function useUntilItEnds(agent: http.Agent): Promise<void> {
    for (;;) {
      await pause(Math.random() * 300);
      const headers = { 'content-type': 'application/json' };
      const request = http.request(running.url, { method: 'POST', agent, headers });
      request.end(JSON.stringify({ query }));
      sent += 1;
      try {
        const [response] = (await once(request, 'response')) as [http.IncomingMessage];
        expect([response.statusCode, await text(response)]).toEqual([200, found.trim()]);
      } catch (error) {
        codes.add((error as NodeJS.ErrnoException).code ?? String(error));
        return;
      }
    }
  }

  const clients = agents.map(useUntilItEnds);
  await eventually(() => sent > 800);
  await running.stop();
  await Promise.all(clients);

  expect([...codes]).toEqual(['ECONNREFUSED']);
  expect(await running.run.ended).toBe(0);
  for (const agent of agents) agent.destroy();
});

test('for SHUTDOWN_DELAY_MS new connections are served, not ready and each for one answer; then refused', async () => {
  await using running = await start({ SHUTDOWN_DELAY_MS: '1000' });
  const idle = await KeptConnection.open(running.url);
  expect(await idle.ask(post(query))).toMatchObject({ isLast: false });
  await running.stop();

  const fresh = await KeptConnection.open(running.url);
  expect(await fresh.ask(post(query))).toEqual(lastAnswer);
  await fresh.closed;
  for (const path of ['/readyz', '/%']) {
    const probe = await KeptConnection.open(running.url);
    expect(await probe.ask(`GET ${path} HTTP/1.1\r\nhost: localhost\r\n\r\n`)).toMatchObject({
      isLast: true,
      ...(path === '/readyz' && {
        status: 503,
        body: '{"status":"not ready","reasons":["the gateway is shutting down"]}',
      }),
    });
  }
  await eventually(() => refused(running.url));
  expect(await idle.ask(post(query))).toEqual(lastAnswer);

  expect(await running.run.ended).toBe(0);
});

test('requests that were sent one behind the other are all answered, and the last answer ends the connection', async () => {
  await using running = await start();
  running.upstream.setLatency(300, 'conversationSpace');
  const connection = await KeptConnection.open(running.url);
  const answers = [1, 2, 3].map(() => connection.next());
  connection.write(...[1, 2, 3].map((id) => post(query.replace('cid9FTRQSLo+sKxxxx', `cid.demo.${id}`))));
  await running.upstream.waitForCalls('conversationSpace', 3);

  await running.stop();

  expect((await Promise.all(answers)).map((answer) => [answer?.status, answer?.isLast])).toEqual([
    [200, false],
    [200, false],
    [200, true],
  ]);
  expect(await running.run.ended).toBe(0);
});

test('a request whose body is under way is answered', async () => {
  await using running = await start();
  const connection = await KeptConnection.open(running.url);
  const request = post(query);
  connection.write(request.slice(0, -20));
  // The head has arrived: the connections are read in turn.
  expect(await (await KeptConnection.open(running.url)).ask(post(query))).toEqual(answered);
  await running.stop();

  expect(await connection.ask(request.slice(-20))).toEqual(lastAnswer);
  expect(await running.run.ended).toBe(0);
});

test('the admin port answers until the end: not ready, with metrics', async () => {
  await using running = await start({ ADMIN_PORT: '0' });
  const [, admin = ''] = /"admin":"([^"]+)"/.exec(running.run.output().stdout) ?? [];
  running.upstream.setLatency(1000, 'conversationSpace');
  const connection = await KeptConnection.open(running.url);
  const answer = connection.ask(post(query));
  await running.upstream.waitForCalls('conversationSpace', 1);
  await running.stop();
  await eventually(() => refused(running.url));

  const ready = await fetch(`${admin}/readyz`);
  expect([ready.status, ready.headers.get('connection')]).toEqual([503, 'close']);
  expect(await (await fetch(`${admin}/status`)).json()).toMatchObject({ ready: false, draining: true });
  expect(await (await fetch(`${admin}/metrics`)).text()).toContain('\ndingtalk_gateway_ready 0\n');

  expect(await answer).toEqual(lastAnswer);
  expect(await running.run.ended).toBe(0);
});

test('a connection without a request does not delay the end beyond its limit', async () => {
  await using running = await start();
  const silent = await KeptConnection.open(running.url);
  await running.stop();

  await silent.closed;
  expect(await running.run.ended).toBe(0);
});

test('a kept connection is idle for KEEP_ALIVE_TIMEOUT_MS, also where a request may take less', async () => {
  // A new connection without a request ends after 200 ms; an unread answer would after 400.
  const short = { HEADERS_TIMEOUT_MS: '200', REQUEST_TIMEOUT_MS: '200', UPSTREAM_TIMEOUT_MS: '200' };
  await using long = await start({ ...short, KEEP_ALIVE_TIMEOUT_MS: '60000' });
  const ping = post('{ __typename }');
  const kept = await KeptConnection.open(long.url);
  expect(await kept.ask(ping)).toMatchObject({ status: 200, body: '{"data":{"__typename":"Query"}}' });
  for (let count = 0; count < 6; count += 1) await (await KeptConnection.open(long.url)).closed;
  expect(await kept.ask(ping)).toMatchObject({ status: 200, body: '{"data":{"__typename":"Query"}}' });
  kept.close();

  await using brief = await start({ KEEP_ALIVE_TIMEOUT_MS: '1' });
  const ended = await KeptConnection.open(brief.url);
  expect(await ended.ask(post(query))).toEqual(answered);
  await ended.closed;
});
