import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import { expect, test } from '@jest/globals';
import { createUpstreamClient } from '../../src/dingtalk/http/client.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { startGateway } from '../support/start-gateway.ts';

const lookup = 'query ($id: ID!) { conversationSpace(openConversationId: $id) { spaceId } }';
const example = { id: 'cid9FTRQSLo+sKxxxx' };

test('sends the unionId in the query only, the id in the body unchanged, and the token in its header only', async () => {
  await using gateway = await startGateway();
  const id = 'cid//Vc7N7lA5mymGresI0XAw+==';

  await gateway.query(lookup, { id });

  const [call] = gateway.upstream.callsTo('conversationSpace');
  expect(call?.method).toBe('POST');
  expect(call?.query).toEqual({ unionId: 'chyxxxxx' });
  expect(call?.body).toEqual({ openConversationId: id });
  expect(Object.keys(call?.headers ?? {}).toSorted()).toEqual([
    'accept',
    'accept-encoding',
    'connection',
    'content-length',
    'content-type',
    'host',
    'user-agent',
    'x-acs-dingtalk-access-token',
  ]);
});

test('keeps its connection open between lookups', async () => {
  await using gateway = await startGateway();

  await gateway.query(lookup, { id: 'cid.demo.1' });
  await gateway.query(lookup, { id: 'cid.demo.2' });

  expect(new Set(gateway.upstream.calls.map(({ tcpConnection }) => tcpConnection)).size).toBe(1);
});

test('reads error bodies in capitalized form too', async () => {
  await using gateway = await startGateway();
  const code = 'Forbidden.AccessDenied.AccessTokenPermissionDenied';
  gateway.upstream.addFault('conversationSpace', { kind: 'uppercase-error', code }, 1);

  const { body } = await gateway.query(lookup, example);

  const [call] = gateway.upstream.callsTo('conversationSpace');
  expect(body.errors?.[0]?.extensions).toEqual({
    code: 'GATEWAY_MISCONFIGURED',
    retryable: false,
    dingtalk: { code, status: 403, requestId: call?.requestId, requiredScopes: ['ConvFile.Space.Read'] },
  });
});

test('what DingTalk writes goes to the log only, without token, unionId and input', async () => {
  await using gateway = await startGateway();
  await gateway.query(lookup, example);
  const token = String(
    gateway.upstream.callsTo('conversationSpace')[0]?.headers['x-acs-dingtalk-access-token'],
  );
  const message = `token ${token} of chyxxxxx refused for ${example.id}`;
  gateway.upstream.addFault('conversationSpace', { kind: 'error', code: 'permissionDenied', message }, 1);

  const { body } = await gateway.query(lookup, example);

  expect(JSON.stringify(body)).not.toContain('refused');
  const log = gateway.log.join('');
  expect(log).toContain('token [redacted] of [redacted] refused for [redacted]');
  expect(log).not.toContain(token);
  expect(log).not.toContain('chyxxxxx');
  expect(log).not.toContain(example.id);
});

test('a host that accepts a connection without a TLS handshake is given up after three seconds', async () => {
  const silent = net.createServer((socket) => socket.on('error', () => undefined)).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const clock = createManualClock();
  const url = new URL(`https://127.0.0.1:${(silent.address() as AddressInfo).port}`);
  const client = createUpstreamClient(url, clock);
  const { signal } = new AbortController();

  const connected = once(silent, 'connection');
  const sent = client.send({ method: 'GET', path: '/', signal });
  await connected;
  clock.advance(2999);
  const early = await Promise.race([sent, Promise.resolve('still waiting')]);
  clock.advance(1);

  expect(early).toBe('still waiting');
  await expect(sent).rejects.toMatchObject({ kind: 'unavailable', details: { reason: 'ETIMEDOUT' } });
  client.close();
  silent.close();
});
