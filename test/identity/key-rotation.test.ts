import { generateKeyPairSync } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { expect, test } from '@jest/globals';
import { createSigningKey, startKeyServer } from '../support/issuer.ts';
import { startJwtGateway, unavailable } from '../support/jwt-gateway.ts';
import { found, unauthenticated } from '../support/raw-query.ts';

const noKid = { kid: undefined };
const [first, second, stranger] = [
  await createSigningKey('main'),
  await createSigningKey('main'),
  await createSigningKey('main'),
];
const rsa = await createSigningKey('rsa', 'PS256');

type Key = typeof first;
const withJwk = (key: Key, changed: object): Key => ({ ...key, jwk: { ...key.jwk, ...changed } });
const unnamed = (key: Key): Key => withJwk(key, noKid);
const logLines = (log: readonly string[], text: string): unknown[] =>
  log.map((line) => JSON.parse(line) as { msg: string }).filter(({ msg }) => msg === text);

const valid = { status: 200, body: found };
const fail: RequestListener = (_request, response) => void response.writeHead(502).end();

test.each<[string, (key: Key) => Key, object]>([
  ['without a kid, a token without one', unnamed, noKid],
  ['without a kid, a token with one', unnamed, {}],
  ['of the same kid, a token with it', (key) => key, {}],
  ['of the same kid, a token without one', (key) => key, noKid],
])('of two keys %s may be of each', async (_name, published, header) => {
  await using keyServer = await startKeyServer(published(first), published(second));
  await using under = await startJwtGateway(keyServer);

  expect(await under.ask(first.sign({}, header))).toMatchObject(valid);
  expect(await under.ask(second.sign({}, header))).toMatchObject(valid);
  expect(keyServer.requests).toBe(1);
  expect(await under.ask(stranger.sign({}, header))).toMatchObject(unauthenticated);
  expect(under.gateway.upstream.callsTo('conversationSpace')).toHaveLength(2);
});

test('only keys that fit are tried: of the algorithm and the kid, for signatures', async () => {
  await using keyServer = await startKeyServer(
    withJwk(first, { kid: 'another' }),
    withJwk(second, { use: 'enc' }),
    withJwk(rsa, { alg: undefined, use: undefined, key_ops: ['encrypt'] }),
  );
  await using under = await startJwtGateway(keyServer);

  expect(await under.ask(first.sign({}, noKid))).toMatchObject(valid);
  for (const token of [first.sign(), second.sign(), second.sign({}, noKid), rsa.sign()]) {
    expect(await under.ask(token)).toMatchObject(unauthenticated);
  }
  keyServer.publish(rsa, withJwk(second, { use: undefined, alg: undefined, key_ops: ['verify'] }));
  under.clock.advance(600_000);
  expect(await under.ask(second.sign())).toMatchObject(valid);
  expect(await under.ask(rsa.sign())).toMatchObject(valid);
  expect(logLines(under.gateway.log, "some of the issuer's keys cannot be used")).toEqual([]);
});

test('of many keys that fit, eight are tried, and the log says so once', async () => {
  const keys = await Promise.all(Array.from({ length: 9 }, () => createSigningKey('many')));
  const [eighth, ninth] = keys.slice(7);
  await using keyServer = await startKeyServer(...keys.map(unnamed));
  await using under = await startJwtGateway(keyServer);

  expect(await under.ask(eighth!.sign())).toMatchObject(valid);
  expect(await under.ask(ninth!.sign())).toMatchObject(unauthenticated);
  under.clock.advance(600_000);
  expect(await under.ask(eighth!.sign())).toMatchObject(valid);

  expect(logLines(under.gateway.log, "some of the issuer's keys cannot be used")).toEqual([
    expect.objectContaining({
      level: 'warn',
      problems: ['9 keys with the same kid or none, of which only 8 are tried'],
    }),
  ]);
  keyServer.publish(...keys);
  under.clock.advance(600_000);
  expect(await under.ask(ninth!.sign())).toMatchObject(unauthenticated);
  keyServer.publish(...keys.map((key, index) => withJwk(key, { kid: `named-${index}` })));
  under.clock.advance(600_000);
  expect(await under.ask(ninth!.sign({}, { kid: 'named-8' }))).toMatchObject(valid);
});

test('a key that is replaced under its kid is found at once, by one request, and the old one is refused', async () => {
  await using keyServer = await startKeyServer(first);
  await using under = await startJwtGateway(keyServer);
  await under.ask(first.sign());
  keyServer.publish(second);
  const token = await second.sign();

  const answers = await Promise.all(Array.from({ length: 10 }, () => under.ask(token)));

  for (const answer of answers) expect(answer).toMatchObject(valid);
  expect(keyServer.requests).toBe(2);
  expect(await under.ask(first.sign())).toMatchObject(unauthenticated);
  expect(keyServer.requests).toBe(2);
});

test('made-up tokens with unknown keys do not delay the replacement of a known one', async () => {
  await using keyServer = await startKeyServer(first);
  await using under = await startJwtGateway(keyServer);
  await under.ask(first.sign());
  for (const kid of ['a', 'b', 'c']) {
    expect(await under.ask(stranger.sign({}, { kid }))).toMatchObject(unauthenticated);
  }
  expect(keyServer.requests).toBe(2);
  keyServer.publish(second);

  expect(await under.ask(second.sign())).toMatchObject(valid);
  expect(keyServer.requests).toBe(3);
});

test('whatever made-up tokens come, the issuer is asked twice in 30 s, and a replaced key is found in 30 s', async () => {
  await using keyServer = await startKeyServer(first);
  await using under = await startJwtGateway(keyServer);
  const known = await first.sign();
  const madeUp = [
    await stranger.sign(),
    await stranger.sign({}, { kid: 'unknown' }),
    await stranger.sign({}, noKid),
  ];
  const flood = async () => {
    for (const token of madeUp) expect(await under.ask(token)).toMatchObject(unauthenticated);
  };
  await under.ask(known);

  for (let seconds = 0; seconds < 60; seconds += 5) {
    await flood();
    expect(await under.ask(known)).toMatchObject(valid);
    under.clock.advance(5000);
  }
  expect(keyServer.requests).toBe(1 + 2 * 2);
  await flood();
  expect(keyServer.requests).toBe(1 + 3 * 2);

  keyServer.publish(second);
  under.clock.advance(29_999);
  await flood();
  expect(await under.ask(second.sign())).toMatchObject(unauthenticated);
  under.clock.advance(1);
  await flood();
  expect(await under.ask(second.sign())).toMatchObject(valid);
  expect(keyServer.requests).toBe(1 + 4 * 2);
});

test('while the issuer fails, its keys stay in use and other signatures cannot be checked', async () => {
  await using keyServer = await startKeyServer(first);
  await using under = await startJwtGateway(keyServer);
  await under.ask(first.sign());
  keyServer.answerWith(fail);

  for (const waitMs of [0, 5000, 24_999]) {
    under.clock.advance(waitMs);
    expect(await under.ask(second.sign())).toMatchObject(unavailable);
    expect(await under.ask(stranger.sign({}, { kid: 'unknown' }))).toMatchObject(unavailable);
    expect(await under.ask(first.sign())).toMatchObject(valid);
  }
  expect(keyServer.requests).toBe(3);
  keyServer.publish(second);
  under.clock.advance(1);

  expect(await under.ask(second.sign())).toMatchObject(valid);
});

const jwkOf = (pair: { publicKey: ReturnType<typeof generateKeyPairSync>['publicKey'] }): object =>
  pair.publicKey.export({ format: 'jwk' });
const [shortRsa, secp256k1, x25519] = [
  jwkOf(generateKeyPairSync('rsa', { modulusLength: 1024 })),
  jwkOf(generateKeyPairSync('ec', { namedCurve: 'secp256k1' })),
  jwkOf(generateKeyPairSync('x25519')),
];
const uselessKeys: readonly [string, unknown][] = [
  ['an RSA key of 1024 bits', shortRsa],
  ['a key for the curve secp256k1', secp256k1],
  ['a key of the type x25519', x25519],
  ['an RSA key with the exponent 1', { ...rsa.jwk, e: 'AQ' }],
  ['a key whose alg is that of another kind of key', { ...first.jwk, alg: 'RS256' }],
  ['a private or secret key', { ...first.jwk, d: 'AAAA' }],
  ['a private or secret key', { kty: 'oct', k: 'c2VjcmV0', alg: undefined }],
  ['a key that cannot be read', { ...first.jwk, x: 'AAAA' }],
  ['a key in a wrong form', { ...first.jwk, kty: undefined }],
  ['a key in a wrong form', null],
];

test.each(uselessKeys)('%s is passed over, and the others stay in use', async (problem, useless) => {
  await using keyServer = await startKeyServer();
  await using under = await startJwtGateway(keyServer);
  keyServer.answerWith((_request, response) => response.end(JSON.stringify({ keys: [useless, first.jwk] })));

  expect(await under.ask(first.sign())).toMatchObject(valid);
  under.clock.advance(600_000);
  expect(await under.ask(first.sign())).toMatchObject(valid);

  expect(logLines(under.gateway.log, "some of the issuer's keys cannot be used")).toEqual([
    expect.objectContaining({ level: 'warn', problems: [problem] }),
  ]);
});

test('a set without a usable key is a 503, reported by /readyz and once in the log, until it has one', async () => {
  await using keyServer = await startKeyServer();
  await using under = await startJwtGateway(keyServer);
  const ready = async () => {
    const response = await fetch(`${under.gateway.url}/readyz`);
    return [response.status, await response.json()];
  };
  keyServer.answerWith((_request, response) => response.end(JSON.stringify({ keys: [shortRsa] })));

  for (const waitMs of [0, 5000]) {
    under.clock.advance(waitMs);
    expect(await ready()).toEqual([503, { status: 'not ready', reasons: ["cannot get the issuer's keys"] }]);
    expect(await under.ask(first.sign())).toMatchObject(unavailable);
  }
  expect(keyServer.requests).toBe(2);
  const message = "cannot fetch the issuer's keys: the key set has no usable key, an RSA key of 1024 bits";
  expect(logLines(under.gateway.log, "cannot get the issuer's keys")).toEqual([
    expect.objectContaining({ level: 'error', reason: { message } }),
  ]);
  expect(logLines(under.gateway.log, "some of the issuer's keys cannot be used")).toHaveLength(1);

  keyServer.publish(first);
  under.clock.advance(5000);
  expect(await ready()).toEqual([200, { status: 'ready' }]);
  expect(await under.ask(first.sign())).toMatchObject(valid);
  expect(keyServer.requests).toBe(3);
  keyServer.answerWith(fail);
  expect(await ready()).toEqual([200, { status: 'ready' }]);
});

test.each(['HS256', 'none', 'XS256'])(
  'a token with the algorithm %s costs no request to the issuer',
  async (alg) => {
    await using keyServer = await startKeyServer(first);
    await using under = await startJwtGateway(keyServer);
    const [, payload, signature] = (await first.sign()).split('.');
    const header = Buffer.from(JSON.stringify({ alg, kid: 'main' })).toString('base64url');

    expect(await under.ask(`${header}.${payload}.${signature}`)).toMatchObject(unauthenticated);
    expect(keyServer.requests).toBe(0);
  },
);
