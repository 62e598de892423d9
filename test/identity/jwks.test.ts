import type { RequestListener } from 'node:http';
import { expect, test } from '@jest/globals';
import { createSigningKey, startKeyServer } from '../support/issuer.ts';
import { startJwtGateway, unavailable } from '../support/jwt-gateway.ts';
import { found, unauthenticated } from '../support/raw-query.ts';

const [first, second, third] = [
  await createSigningKey('first'),
  await createSigningKey('second'),
  await createSigningKey('third'),
];

test('simultaneous requests fetch the keys once, and they are cached for ten minutes', async () => {
  await using keyServer = await startKeyServer(first);
  await using under = await startJwtGateway(keyServer);
  const token = await first.sign();
  expect(keyServer.requests).toBe(0);

  const answers = await Promise.all(Array.from({ length: 10 }, () => under.ask(token)));
  under.clock.advance(600_000 - 1);
  await under.ask(token);
  expect(keyServer.requests).toBe(1);
  under.clock.advance(1);
  const later = await under.ask(token);

  expect([...answers, later].map(({ status }) => status)).toEqual(Array.from({ length: 11 }, () => 200));
  expect(keyServer.requests).toBe(2);
});

test('a new key is found at once, a withdrawn one is refused within ten minutes', async () => {
  await using keyServer = await startKeyServer(first);
  await using under = await startJwtGateway(keyServer);
  await under.ask(first.sign());

  keyServer.publish(first, second);
  expect(await under.ask(second.sign())).toMatchObject({ status: 200, body: found });
  keyServer.publish(second);
  expect(await under.ask(first.sign())).toMatchObject({ status: 200 });
  under.clock.advance(600_000);
  expect(await under.ask(first.sign())).toMatchObject(unauthenticated);
  expect(await under.ask(second.sign())).toMatchObject({ status: 200 });
});

test('an unknown key causes one request to the issuer in 30 seconds', async () => {
  await using keyServer = await startKeyServer(first);
  await using under = await startJwtGateway(keyServer);
  await under.ask(first.sign());

  expect(await under.ask(second.sign())).toMatchObject(unauthenticated);
  expect(keyServer.requests).toBe(2);
  keyServer.publish(first, second);
  under.clock.advance(29_999);
  expect(await under.ask(second.sign())).toMatchObject(unauthenticated);
  expect(await under.ask(third.sign())).toMatchObject(unauthenticated);
  expect(keyServer.requests).toBe(2);
  under.clock.advance(1);

  expect(await under.ask(second.sign())).toMatchObject({ status: 200, body: found });
  expect(keyServer.requests).toBe(3);
});

test.each<[string, RequestListener]>([
  ['500', (_request, response) => void response.writeHead(500).end('{"keys":[]}')],
  ['HTML', (_request, response) => void response.setHeader('content-type', 'text/html').end('<html></html>')],
  ['404 and HTML', (_request, response) => void response.writeHead(404).end('<html></html>')],
  ['nothing', (_request, response) => void response.end()],
  ['JSON that is not a key set', (_request, response) => void response.end('{"keys":"none"}')],
  ['a redirect', (_request, response) => void response.writeHead(302, { location: '/elsewhere' }).end()],
  ['a reset', (request) => void request.socket.resetAndDestroy()],
  ['a body of 300 kB', (_request, response) => void response.end(' '.repeat(300_000))],
])('an issuer that answers with %s is a 503, until it recovers', async (_name, listener) => {
  await using keyServer = await startKeyServer(first);
  await using under = await startJwtGateway(keyServer);
  keyServer.answerWith(listener);
  const failing = await under.ask(first.sign());
  keyServer.publish(first);

  expect(failing).toMatchObject(unavailable);
  expect(under.gateway.upstream.callsTo('conversationSpace')).toHaveLength(0);
  expect(JSON.stringify(failing.body)).not.toContain('127.0.0.1');
  expect(under.gateway.log.join('')).toContain("cannot fetch the issuer's keys");
  under.clock.advance(5000);
  expect(await under.ask(first.sign())).toMatchObject({ status: 200, body: found });
});

test('a redirect is named in the log', async () => {
  await using keyServer = await startKeyServer(first);
  await using under = await startJwtGateway(keyServer);
  keyServer.answerWith((_request, response) => void response.writeHead(302, { location: '/secret' }).end());

  await under.ask(first.sign());

  const log = under.gateway.log.join('');
  expect(log).toContain("cannot fetch the issuer's keys: unexpected redirect");
  expect(log).not.toContain('/secret');
});

test('keys after a byte order mark are read', async () => {
  await using keyServer = await startKeyServer(first);
  await using under = await startJwtGateway(keyServer);
  keyServer.answerWith((_request, response) => {
    response.end(`\ufeff${JSON.stringify({ keys: [first.jwk] })}`);
  });

  expect(await under.ask(first.sign())).toMatchObject({ status: 200, body: found });
});

test('an issuer that cannot be reached is a 503', async () => {
  const keyServer = await startKeyServer(first);
  await keyServer[Symbol.asyncDispose]();
  await using under = await startJwtGateway(keyServer);

  expect(await under.ask(first.sign())).toMatchObject(unavailable);
  // A token that is invalid without any key is still refused.
  expect(await under.ask('nonsense')).toMatchObject(unauthenticated);
});

test('an issuer that does not answer is a 503 after the deadline', async () => {
  await using keyServer = await startKeyServer(first);
  await using under = await startJwtGateway(keyServer);
  keyServer.answerWith(() => undefined);

  const waiting = under.ask(first.sign());
  await keyServer.waitForRequests(1);
  under.clock.advance(5000);

  expect(await waiting).toMatchObject(unavailable);
});

test('during an outage known keys are served, and only unknown ones fail', async () => {
  await using keyServer = await startKeyServer(first);
  await using under = await startJwtGateway(keyServer);
  await under.ask(first.sign());
  keyServer.answerWith((_request, response) => void response.writeHead(502).end());

  expect(await under.ask(first.sign())).toMatchObject({ status: 200, body: found });
  expect(await under.ask(second.sign())).toMatchObject(unavailable);
  keyServer.publish(first, second);
  under.clock.advance(30_000);
  expect(await under.ask(second.sign())).toMatchObject({ status: 200, body: found });
});

const fail: RequestListener = (_request, response) => void response.writeHead(502).end();

test('an issuer that fails from the start is asked once in five seconds, at any number of requests', async () => {
  await using keyServer = await startKeyServer(first);
  await using under = await startJwtGateway(keyServer);
  keyServer.answerWith(fail);
  const token = await first.sign();
  const many = () => Promise.all(Array.from({ length: 20 }, () => under.ask(token)));

  for (const answer of await many()) expect(answer).toMatchObject(unavailable);
  under.clock.advance(4999);
  for (const answer of await many()) expect(answer).toMatchObject(unavailable);
  expect(keyServer.requests).toBe(1);
  under.clock.advance(1);
  for (const answer of await many()) expect(answer).toMatchObject(unavailable);
  expect(keyServer.requests).toBe(2);

  keyServer.publish(first);
  under.clock.advance(5000);
  for (const answer of await many()) expect(answer).toMatchObject({ status: 200, body: found });
  expect(keyServer.requests).toBe(3);
});

test('unknown keys cause one request to a failing issuer in 30 seconds, and known ones are always served', async () => {
  await using keyServer = await startKeyServer(first);
  await using under = await startJwtGateway(keyServer);
  const known = await first.sign();
  const flood = await Promise.all(
    Array.from({ length: 20 }, async (_, index) => (await createSigningKey(`unknown-${index}`)).sign()),
  );
  await under.ask(known);
  keyServer.answerWith(fail);

  for (const times of [1, 2, 3]) {
    for (const waitMs of [0, 5000, 24_999]) {
      under.clock.advance(waitMs);
      for (const answer of await Promise.all(flood.map(under.ask))) expect(answer).toMatchObject(unavailable);
      expect(await under.ask(known)).toMatchObject({ status: 200, body: found });
    }
    expect(keyServer.requests).toBe(1 + times);
    under.clock.advance(1);
  }

  keyServer.publish(first);
  for (const answer of await Promise.all(flood.map(under.ask))) expect(answer).toMatchObject(unauthenticated);
  expect(keyServer.requests).toBe(5);
});

test('once the keys have expired, a failing issuer is asked once in five seconds', async () => {
  await using keyServer = await startKeyServer(first);
  await using under = await startJwtGateway(keyServer);
  const token = await first.sign();
  await under.ask(token);
  keyServer.answerWith(fail);
  under.clock.advance(600_000);

  for (const waitMs of [0, 1, 4998]) {
    under.clock.advance(waitMs);
    expect(await under.ask(token)).toMatchObject(unavailable);
  }
  expect(keyServer.requests).toBe(2);
  keyServer.publish(first);
  under.clock.advance(1);

  expect(await under.ask(token)).toMatchObject({ status: 200, body: found });
  expect(keyServer.requests).toBe(3);
});

test('a client that disconnects while the keys are fetched fails no other', async () => {
  await using keyServer = await startKeyServer(first);
  await using under = await startJwtGateway(keyServer);
  const released = Promise.withResolvers<void>();
  keyServer.answerWith((_request, response) => {
    void released.promise.then(() => response.end(JSON.stringify({ keys: [first.jwk] })));
  });
  const token = await first.sign();
  const leaving = new AbortController();

  const left = fetch(`${under.gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: '{"query":"{ __typename }"}',
    signal: leaving.signal,
  });
  const stayed = under.ask(token);
  await keyServer.waitForRequests(1);
  leaving.abort();
  await expect(left).rejects.toThrow();
  released.resolve();

  expect(await stayed).toMatchObject({ status: 200, body: found });
  expect(keyServer.requests).toBe(1);
});
