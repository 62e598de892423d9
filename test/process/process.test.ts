import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import net from 'node:net';
import { expect, test } from '@jest/globals';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import { startProcess } from '../support/gateway-process.ts';

const gateway = [process.execPath, 'dist/main.js'];
const example =
  'query { conversationSpace(openConversationId: "cid9FTRQSLo+sKxxxx") { spaceId corpId createTime modifiedTime } }';

async function ask(url: string, query: string): Promise<unknown> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  return response.json();
}

test('npm start serves the first example from the stand-in, logs that it does, and stops with npm', async () => {
  await using npm = startProcess(['npm', 'start'], { PORT: '0' });
  const url = await npm.url;

  expect(await ask(url, example)).toEqual({
    data: {
      conversationSpace: {
        spaceId: '798xxxxx',
        corpId: 'ding1234xxxxx',
        createTime: '2022-01-01T10:00:00.000Z',
        modifiedTime: '2022-01-01T10:00:00.000Z',
      },
    },
  });
  expect(npm.output().stdout).toContain('SANDBOX: this gateway uses its embedded stand-in');

  npm.child.kill('SIGTERM');
  await npm.ended;
  await expect(fetch(url)).rejects.toThrow();
});

test('the built gateway serves the graph of schema.graphql, with the type names of the source', async () => {
  await using run = startProcess(gateway, { PORT: '0' });

  expect(await ask(await run.url, '{ _service { sdl } }')).toEqual({
    data: { _service: { sdl: await readFile('schema.graphql', 'utf8') } },
  });
});

test('the built gateway signs people in at its stand-in', async () => {
  await using gateway = startProcess(['node', 'dist/main.js'], {
    PORT: '0',
    VIEWER_AUTH: 'session',
    SESSION_KEY: '5d41402abc4b2a76b9719d911017c592',
  });
  const answer = await fetch(new URL('/session', await gateway.url), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"authCode":"auth.linxxxxx.1"}',
  });

  expect(await answer.json()).toMatchObject({ user: { name: 'Lin Xiaomei' } });
  expect(gateway.output().stdout).toContain('"viewer":"session"');
});

test('a wrong configuration exits with 78 and one line for each problem, without values', async () => {
  await using run = startProcess(gateway, {
    PORT: 'my-secret',
    VIEWER_AUTH: 'my-secret',
    DINGTALK_APP_KEY: 'my-secret',
  });

  expect(await run.ended).toBe(78);
  expect(run.output()).toEqual({
    stdout: '',
    stderr: [
      'The gateway did not start. Correct these environment variables:',
      '  PORT must be a whole number from 0 to 65535',
      '  VIEWER_AUTH must be one of: fixed, jwt, dingtalk, session, router',
      '  DINGTALK_APP_SECRET must be set to talk to DingTalk',
      '',
    ].join('\n'),
  });
});

test('a port in use exits with 1 and one line', async () => {
  const other = net.createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as net.AddressInfo;

  await using run = startProcess(gateway, { PORT: String(port), LOG_LEVEL: 'silent' });
  const code = await run.ended;
  other.close();

  expect(code).toBe(1);
  expect(run.output()).toEqual({
    stdout: '',
    stderr: `The gateway cannot listen on 127.0.0.1:${port}: the port is in use. Stop what uses it, or set PORT to another one.\n`,
  });
});

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s answers running requests, closes kept-alive connections, exits with 0',
  async (signal) => {
    const upstream = await startSandbox();
    await using run = startProcess(gateway, {
      PORT: '0',
      DINGTALK_API_URL: upstream.url,
      DINGTALK_APP_KEY: 'sandbox-app-key',
      DINGTALK_APP_SECRET: 'sandbox-app-secret',
      DINGTALK_OPERATOR_UNION_ID: 'chyxxxxx',
      VIEWER_AUTH: 'fixed',
    });
    const url = await run.url;
    const { port } = new URL(url);
    const idle = net.connect(Number(port), '127.0.0.1');
    idle.write('GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n');
    await once(idle, 'data');
    upstream.setLatency(300, 'conversationSpace');

    const underWay = ask(url, '{ conversationSpace(openConversationId: "cid9FTRQSLo+sKxxxx") { spaceId } }');
    await upstream.waitForCalls('conversationSpace', 1);
    // To the whole group, and once more, as Ctrl-C under npm does.
    process.kill(-run.child.pid!, signal);
    process.kill(-run.child.pid!, signal);

    expect(await underWay).toEqual({ data: { conversationSpace: { spaceId: '798xxxxx' } } });
    expect(await run.ended).toBe(0);
    const output = run.output();
    expect(output.stdout).toContain(`${signal}: stopping`);
    expect(output.stderr).toBe('');
    expect(output.stdout).not.toMatch(/chyxxxxx|sandbox-app-secret/);
    idle.destroy();
    await upstream.close();
  },
);

test('npm run dev serves straight from the sources', async () => {
  await using npm = startProcess(['npm', 'run', 'dev'], { PORT: '0' });

  expect(await ask(await npm.url, example)).toHaveProperty('data.conversationSpace.spaceId', '798xxxxx');
});

test('the frontend example runs beside the gateway', async () => {
  await using npm = startProcess(gateway, { PORT: '0' });
  const endpoint = await npm.url;

  await using example = startProcess(['npx', 'tsx', 'examples/frontend/main.ts', 'cid.demo.anything'], {
    GATEWAY_URL: endpoint,
  });

  expect(await example.ended).toBe(0);
  expect(example.output().stdout).toContain('The files of this group are in space ');
});
