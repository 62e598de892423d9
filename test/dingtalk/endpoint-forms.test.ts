import { expect, test } from '@jest/globals';
import * as z from 'zod';
import { Deadline } from '../../src/async/deadline.ts';
import type { Endpoint } from '../../src/domain/endpoint.ts';
import type { DingTalkError } from '../../src/errors/dingtalk-error.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { createTestDingTalk } from '../support/test-dingtalk.ts';
import { startUpstreamServer, type Reply } from '../support/upstream-server.ts';

interface Input {
  readonly id: string;
  readonly filter?: { readonly names: readonly string[] };
}

const rename: Endpoint<Input, unknown> = {
  name: 'rename',
  method: 'PUT',
  path: ({ id }) => `/v1.0/files/${encodeURIComponent(id)}`,
  operator: 'unionId',
  answer: z.unknown(),
  repeatable: false,
  freshness: 'never',
  refusals: {},
};

async function start(answer: () => Reply = () => ({ body: {} })) {
  const upstream = await startUpstreamServer(answer);
  const clock = createManualClock();
  const dingtalk = createTestDingTalk(upstream.url, clock);
  return {
    calls: upstream.calls,
    call: (endpoint: Endpoint<Input, unknown>, input: Input = { id: 'a b' }) =>
      dingtalk.call(endpoint, input, { unionId: 'chy' }, { deadline: new Deadline(clock, 5000) }),
    async [Symbol.asyncDispose]() {
      await dingtalk.close();
      await upstream[Symbol.asyncDispose]();
    },
  };
}

test.each([
  [{}, { method: 'PUT', url: '/v1.0/files/a%20b?unionId=chy', body: undefined }],
  [{ method: 'DELETE' }, { method: 'DELETE', url: '/v1.0/files/a%20b?unionId=chy', body: undefined }],
  [
    { body: ({ id }) => ({ newName: id }) },
    { method: 'PUT', url: '/v1.0/files/a%20b?unionId=chy', body: { newName: 'a b' } },
  ],
  [{ operator: 'operatorId' }, { method: 'PUT', url: '/v1.0/files/a%20b?operatorId=chy', body: undefined }],
  [{ operator: undefined }, { method: 'PUT', url: '/v1.0/files/a%20b', body: undefined }],
  [
    { method: 'GET', query: () => ({ maxResults: '50', nextToken: undefined, parentId: '0 & 1' }) },
    {
      method: 'GET',
      url: '/v1.0/files/a%20b?maxResults=50&parentId=0%20%26%201&unionId=chy',
      body: undefined,
    },
  ],
] satisfies [Partial<Endpoint<Input, unknown>>, unknown][])('%j: what is sent', async (form, sent) => {
  await using dingtalk = await start();

  await dingtalk.call({ ...rename, ...form });

  expect(dingtalk.calls).toEqual([sent]);
});

test.each([
  [undefined, 64 * 1024, undefined],
  [undefined, 64 * 1024 + 1, 'the body is longer than 65536 bytes'],
  [1024 * 1024, 1024 * 1024, undefined],
  [1024 * 1024, 1024 * 1024 + 1, 'the body is longer than 1048576 bytes'],
])('an endpoint that allows %p bytes is answered with %p', async (maxAnswerBytes, bytes, reason) => {
  await using dingtalk = await start(() => ({ body: 'x'.repeat(bytes - 2) }));

  const failure: unknown = await dingtalk
    .call({ ...rename, ...(maxAnswerBytes !== undefined && { maxAnswerBytes }) })
    .then(
      () => undefined,
      (error: DingTalkError) => error.details.reason,
    );

  expect(failure).toBe(reason);
});

test('a short input is struck where it stands alone, and not within an id of DingTalk', async () => {
  const requestId = '650C756E-F7D8-49D3-AD59-2EAB2448C3F0';
  await using dingtalk = await start(() => ({
    status: 400,
    body: { code: 'odd', message: 'no 0 below 20', requestid: requestId },
  }));

  const failed = dingtalk.call(rename, { id: '0', filter: { names: ['20'] } });

  await expect(failed).rejects.toMatchObject({
    details: { reason: 'no [redacted] below [redacted]', requestId },
  });
});

test('every text of a compound input is struck from what DingTalk says', async () => {
  const message = 'no file Budget.xlsx below folder-7';
  await using dingtalk = await start(() => ({ status: 400, body: { code: 'odd', message } }));

  const failed = dingtalk.call(rename, { id: 'folder-7', filter: { names: ['Budget.xlsx'] } });

  await expect(failed).rejects.toMatchObject({
    kind: 'bad-argument',
    details: { reason: 'no file [redacted] below [redacted]' },
  });
});

test('secrets that are parts of one another, or of what stands for them, are struck in one pass', async () => {
  const message = 'no file AB12345 in [AB], page 42, but e d r a c t';
  await using dingtalk = await start(() => ({ status: 400, body: { code: 'odd', message } }));

  const names = ['AB', 'AB12345', 'e', 'd', 'r', 'a', 'c', 't'];
  const failed = dingtalk.call(rename, { id: '42', filter: { names } });

  const struck = await failed.catch((error: DingTalkError) => error.details.reason ?? '');
  expect(struck).not.toMatch(/12345|AB|42/);
  expect(String(struck).length).toBeLessThan(20 * message.length);
});
