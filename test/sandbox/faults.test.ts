import { once } from 'node:events';
import { get as httpGet } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import type { Fault, Sandbox } from '../../src/sandbox/sandbox.ts';
import { askRaw } from './raw-client.ts';
import { fetchAccessToken, get, lookUp } from './sandbox-client.ts';

let sandbox: Sandbox;

beforeEach(async () => {
  sandbox = await startSandbox();
});
afterEach(() => sandbox.close());

async function responseTo(path: string): Promise<IncomingMessage> {
  const [response] = (await once(httpGet(`${sandbox.url}${path}`), 'response')) as [IncomingMessage];
  return response;
}

async function nothingInFlight(): Promise<void> {
  while (sandbox.inFlight > 0) {
    await nextTurn();
  }
}

describe('faults that are whole answers', () => {
  const requestid = expect.stringMatching(/^[0-9A-F-]{36}$/);
  const scopes = { requiredScopes: ['ConvFile.Space.Read'] };
  const missingScope = 'Forbidden.AccessDenied.AccessTokenPermissionDenied';

  test.each<[Fault, number, unknown]>([
    [
      { kind: 'error', code: 'systemBusy' },
      429,
      { code: 'systemBusy', message: '系统繁忙，请稍后重试', requestid },
    ],
    [
      { kind: 'error', code: 'unknownError', message: 'other' },
      500,
      { code: 'unknownError', message: 'other', requestid },
    ],
    [
      { kind: 'uppercase-error', code: missingScope, message: 'no scope' },
      403,
      { Code: missingScope, Message: 'no scope', RequestId: requestid, AccessDeniedDetail: scopes },
    ],
    [{ kind: 'answer', status: 418, body: Buffer.from('tea') }, 418, 'tea'],
    [{ kind: 'empty' }, 200, ''],
    [{ kind: 'html', status: 502 }, 502, expect.stringContaining('<h1>502</h1>')],
    [{ kind: 'ok-with-errcode' }, 200, { errcode: 404, errmsg: expect.any(String) }],
    [
      { kind: 'ip-ban' },
      403,
      { status: 1111, wait: 5, source: 'x5', punish: 'deny', uuid: expect.any(String) },
    ],
  ])('%j', async (fault, status, body) => {
    sandbox.addFault('unknownPath', fault);
    const received = await get(sandbox, '/');

    expect({ status: received.status, body: received.body }).toEqual({ status, body });
    expect(sandbox.calls[0]?.status).toBe(status);
  });

  test('the fault `answer` has its own headers', async () => {
    const headers = { 'content-type': 'application/json', 'retry-after': '7' };
    sandbox.addFault('unknownPath', { kind: 'answer', status: 503, headers, body: '{"a":1}' });
    const received = await get(sandbox, '/');

    expect(received.body).toEqual({ a: 1 });
    expect(received.headers.get('retry-after')).toBe('7');
  });

  test.each([
    [{ kind: 'redirect', location: 'http://127.0.0.1:1/' } as const, 302],
    [{ kind: 'redirect', location: 'http://127.0.0.1:1/', status: 307 } as const, 307],
  ])('%j', async (fault, status) => {
    sandbox.addFault('unknownPath', fault);
    const response = await responseTo('/');
    response.resume();

    expect({ status: response.statusCode, location: response.headers.location }).toEqual({
      status,
      location: 'http://127.0.0.1:1/',
    });
  });
});

describe('faults of the connection', () => {
  test('hang: no byte arrives, while other requests are served', async () => {
    sandbox.addFault('accessToken', { kind: 'hang' }, 1);
    const { socket, received, closed } = askRaw(sandbox);
    await sandbox.waitForCalls('accessToken', 1);
    await fetchAccessToken(sandbox);

    expect({ bytes: received(), inFlight: sandbox.inFlight, aborted: sandbox.abortedCalls }).toEqual({
      bytes: '',
      inFlight: 1,
      aborted: 0,
    });
    socket.destroy();
    await closed;
    await nothingInFlight();
    expect(sandbox.abortedCalls).toBe(1);
  });

  test('hang-mid-body: the head and half of the body arrive, then nothing', async () => {
    sandbox.addFault('accessToken', { kind: 'hang-mid-body' }, 1);
    const { socket, received, closed } = askRaw(sandbox);
    while (!received().includes('{"accessToken"')) {
      await once(socket, 'data');
    }
    await fetchAccessToken(sandbox);
    expect(sandbox.inFlight).toBe(1);

    socket.destroy();
    const { head, body, contentLength } = await closed;
    expect(head).toMatch(/^HTTP\/1\.1 200 OK/);
    expect(body.length).toBe(contentLength! >> 1);
  });

  test('trickle: the right answer arrives byte by byte', async () => {
    sandbox.addFault('accessToken', { kind: 'trickle', everyMs: 1 });
    const { body, chunks, contentLength, error } = await askRaw(sandbox).closed;

    expect(JSON.parse(body)).toEqual({ accessToken: expect.any(String), expireIn: 7200 });
    expect(body.length).toBe(contentLength);
    // The kernel may join some bytes, but never all of them.
    expect(chunks).toBeGreaterThan(10);
    expect(error).toBeUndefined();
  });

  test('reset: RST before any byte', async () => {
    sandbox.addFault('accessToken', { kind: 'reset' });

    expect(await askRaw(sandbox).closed).toMatchObject({ head: '', error: 'ECONNRESET' });
    await nothingInFlight();
    expect(sandbox.abortedCalls).toBe(0);
  });

  test('reset-mid-body: the head and half a body, then RST', async () => {
    sandbox.addFault('accessToken', { kind: 'reset-mid-body' });
    const { body, contentLength, error } = await askRaw(sandbox).closed;

    expect({ bytes: body.length, error }).toEqual({ bytes: contentLength! >> 1, error: 'ECONNRESET' });
  });

  test('truncated: half of the content-length, then an orderly end', async () => {
    sandbox.addFault('accessToken', { kind: 'truncated' });
    const { body, contentLength, error } = await askRaw(sandbox).closed;

    expect({ bytes: body.length, error }).toEqual({ bytes: contentLength! >> 1, error: undefined });
    await nothingInFlight();
    expect(sandbox.abortedCalls).toBe(0);
  });

  test('close cuts hanging connections at once, and does not count them as aborted by a client', async () => {
    sandbox.addFault('accessToken', { kind: 'hang' });
    const { closed } = askRaw(sandbox);
    await sandbox.waitForCalls('accessToken', 1);

    await sandbox.close();
    expect((await closed).head).toBe('');
    expect(sandbox.abortedCalls).toBe(0);
  });
});

describe('faults of size', () => {
  test('huge: JSON of that many bytes', async () => {
    sandbox.addFault('unknownPath', { kind: 'huge', bytes: 200_000 });
    const { body } = await get(sandbox, '/');

    expect((body as { space: { spaceId: string } }).space.spaceId).toHaveLength(200_000);
  });

  test('endless huge: it stops when the client disconnects', async () => {
    sandbox.addFault('unknownPath', { kind: 'huge', bytes: Infinity });
    const response = await responseTo('/');
    let bytes = 0;
    for await (const chunk of response) {
      bytes += (chunk as Buffer).length;
      if (bytes > 1_000_000) {
        break;
      }
    }
    await nothingInFlight();

    expect(sandbox.abortedCalls).toBe(1);
  });

  test('gzip-bomb: small on the wire, large when decompressed', async () => {
    sandbox.addFault('unknownPath', { kind: 'gzip-bomb', bytes: 2_000_000 });
    const response = await responseTo('/');
    const packed = await buffer(response);

    expect(response.headers['content-encoding']).toBe('gzip');
    expect(packed.length).toBeLessThan(20_000);
    expect(gunzipSync(packed).length).toBeGreaterThan(2_000_000);
  });
});

describe('the queue of faults', () => {
  test('faults are used in order, each for its number of times, then answers are right', async () => {
    const token = await fetchAccessToken(sandbox);
    sandbox.addFault('conversationSpace', { kind: 'html', status: 502 }, 2);
    sandbox.addFault('conversationSpace', { kind: 'error', code: 'systemError' }, 1);
    const statuses: number[] = [];
    for (let call = 0; call < 4; call += 1) {
      statuses.push((await lookUp(sandbox, token, 'cid.demo.a')).status);
    }

    expect(statuses).toEqual([502, 502, 500, 200]);
  });

  test('a fault without a number of times lasts until cleared, for its API only', async () => {
    const token = await fetchAccessToken(sandbox);
    sandbox.addFault('conversationSpace', { kind: 'html', status: 502 });

    expect(await lookUp(sandbox, token, 'cid.demo.a')).toHaveProperty('status', 502);
    expect(await lookUp(sandbox, token, 'cid.demo.a')).toHaveProperty('status', 502);
    expect(await fetchAccessToken(sandbox)).toBe(token);
    sandbox.clearFaults();
    expect(await lookUp(sandbox, token, 'cid.demo.a')).toHaveProperty('status', 200);
  });
});
