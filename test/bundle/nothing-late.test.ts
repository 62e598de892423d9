import { once } from 'node:events';
import { cp, mkdtemp, rm, symlink } from 'node:fs/promises';
import http from 'node:http';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from '@jest/globals';
import { eventually } from '../support/eventually.ts';
import { startProcess } from '../support/gateway-process.ts';

const lookup = '{ conversationSpace(openConversationId: "cid9FTRQSLo+sKxxxx") { spaceId } }';
const graphql = `/graphql?query=${encodeURIComponent(lookup)}`;

interface Answered {
  readonly status: number | undefined;
  readonly text: string;
}

/** Requests one after the other, over a connection opened before. */
async function openConnection(url: string) {
  const { hostname, port } = new URL(url);
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const get = async (path: string, headers: http.OutgoingHttpHeaders = {}): Promise<Answered> => {
    const request = http.get({
      hostname,
      port,
      path,
      agent,
      headers: { ...headers, 'accept-encoding': 'br' },
    });
    const [response] = (await once(request, 'response')) as [http.IncomingMessage];
    return { status: response.statusCode, text: await text(response) };
  };
  expect(await get('/healthz')).toHaveProperty('status', 200);
  return { get, close: () => agent.destroy() };
}

/** Enough requests to need the metrics, then a lookup and a scrape. */
async function useAll(get: (path: string, headers?: http.OutgoingHttpHeaders) => Promise<Answered>) {
  for (let count = 0; count < 1100; count += 1) {
    expect(await get('/healthz')).toHaveProperty('status', 200);
  }
  const answer = await get(graphql, { 'apollo-require-preflight': '1' });
  const scraped = await get('/metrics');
  expect(scraped.status).toBe(200);
  expect(scraped.text).toMatch(/http_request_duration_seconds_count\{route="\/healthz".*\} 11\d\d\n/);
  expect(scraped.text).toContain('nodejs_eventloop_lag_seconds');
  return answer;
}

test('a running gateway keeps answering after its build is deleted', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'gateway-build-'));
  await cp('dist', path.join(folder, 'dist'), { recursive: true });
  await cp('package.json', path.join(folder, 'package.json'));
  await symlink(path.resolve('node_modules'), path.join(folder, 'node_modules'));
  await using run = startProcess([process.execPath, path.join(folder, 'dist/main.js')], { PORT: '0' });
  const { get, close } = await openConnection(await run.url);

  await rm(folder, { recursive: true });

  expect(JSON.parse((await useAll(get)).text)).toEqual({
    data: { conversationSpace: { spaceId: '798xxxxx' } },
  });
  const page = await get('/', { accept: 'text/html' });
  expect(page).toMatchObject({ status: 200, text: expect.stringContaining('<title>') });
  const [asset = ''] = /\/explorer\/[^"]+\.js/.exec(page.text) ?? [];
  expect(await get(asset)).toHaveProperty('status', 200);
  close();
  run.child.kill('SIGTERM');
  expect(await run.ended).toBe(0);
  expect(run.output().stderr).toBe('');
});

test('a gateway out of file handles keeps answering, and loads the explorer once it has some', async () => {
  const withFewHandles = ['sh', '-c', `ulimit -n 48; exec '${process.execPath}' dist/main.js`];
  await using run = startProcess(withFewHandles, { PORT: '0' });
  const url = await run.url;
  const { get, close } = await openConnection(url);
  await get(graphql, { 'apollo-require-preflight': '1' });
  const page = await get('/', { accept: 'text/html' });
  const [asset = ''] = /\/explorer\/[^"]+\.js/.exec(page.text) ?? [];
  const others = await takeAllHandles(Number(new URL(url).port));

  expect(JSON.parse((await useAll(get)).text)).toEqual({
    data: { conversationSpace: { spaceId: '798xxxxx' } },
  });
  expect(await get('/', { accept: 'text/html' })).toHaveProperty('status', 200);
  expect(await get(asset)).toHaveProperty('status', 500);

  for (const socket of others) socket.destroy();
  await eventually(async () => (await get(asset)).status === 200);
  close();
  run.child.kill('SIGTERM');
  expect(await run.ended).toBe(0);
});

/** Connects until the gateway is out of handles and ends a connection at once. */
async function takeAllHandles(port: number): Promise<net.Socket[]> {
  const sockets: net.Socket[] = [];
  for (let count = 0; count < 100; count += 1) {
    const socket = net.connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    sockets.push(socket);
    socket.write('GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n');
    const served = await new Promise((resolve) => {
      socket.once('data', () => resolve(true)).once('close', () => resolve(false));
    });
    if (served === false) return sockets;
  }
  throw new Error('It still has handles');
}
