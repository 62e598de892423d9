import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sandboxCredentials } from '../../src/sandbox/credentials.ts';
import {
  audience,
  createSigningKey,
  expiring,
  issuer,
  notBefore,
  startKeyServer,
  type KeyServer,
  type SigningKey,
} from '../support/issuer.ts';
import { found, rawQuery, unauthenticated } from '../support/raw-query.ts';
import { startGateway, type GatewayUnderTest } from '../support/start-gateway.ts';

let key: SigningKey;
let stranger: SigningKey;
let keyServer: KeyServer;
let environment: NodeJS.ProcessEnv;
let gateway: GatewayUnderTest;

beforeAll(async () => {
  [key, stranger] = [await createSigningKey('main'), await createSigningKey('main')];
  keyServer = await startKeyServer(key);
  environment = {
    VIEWER_AUTH: 'jwt',
    VIEWER_JWKS_URL: keyServer.url,
    VIEWER_JWT_ISSUER: issuer,
    VIEWER_JWT_AUDIENCE: audience,
    DINGTALK_CORP_ID: sandboxCredentials.corpId,
  };
  gateway = await startGateway({ environment });
});
afterAll(async () => {
  await gateway.close();
  await keyServer[Symbol.asyncDispose]();
});

const withToken = (token: string) => rawQuery(gateway.url, [['authorization', `Bearer ${token}`]]);
const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const claims = { iss: issuer, aud: audience, unionId: 'chyxxxxx', ...expiring(300) };

async function expectRefused(token: string): Promise<void> {
  gateway.upstream.clearCalls();
  const answer = await withToken(token);
  expect(answer).toMatchObject(unauthenticated);
  expect(answer.headers.get('www-authenticate')).toBe('Bearer');
  expect(gateway.upstream.calls).toHaveLength(0);
}

test('the claim unionId is the operator, and corpId the organization', async () => {
  gateway.upstream.clearCalls();

  const answer = await withToken(await key.sign({ unionId: 'linxxxxx', corpId: 'ding5678xxxxx' }));

  expect(answer).toMatchObject({ status: 200, body: found });
  expect(gateway.upstream.callsTo('corpToken').map(({ path }) => path)).toEqual([
    '/v1.0/oauth2/ding5678xxxxx/token',
  ]);
  expect(gateway.upstream.callsTo('conversationSpace').map(({ query }) => query)).toEqual([
    { unionId: 'linxxxxx' },
  ]);
});

test.each<[string, Record<string, unknown>]>([
  ['one audience of several', { aud: ['another', audience] }],
  ['expired within the tolerance', expiring(-20)],
  ['not yet valid within the tolerance', notBefore(20)],
  ['no organization', { corpId: undefined }],
])('a token is valid with %s', async (_name, changed) => {
  expect(await withToken(await key.sign(changed))).toMatchObject({ status: 200, body: found });
});

test.each([undefined, null, ''])(
  'the corpId %j is none: the configured organization is used',
  async (corpId) => {
    await using own = await startGateway({ environment });

    const answer = await rawQuery(own.url, [['authorization', `Bearer ${await key.sign({ corpId })}`]]);

    expect(answer).toMatchObject({ status: 200, body: found });
    expect(own.upstream.callsTo('corpToken').map(({ path }) => path)).toEqual([
      `/v1.0/oauth2/${sandboxCredentials.corpId}/token`,
    ]);
  },
);

test.each<[string, Record<string, unknown>, string]>([
  ['a corpId that is a number', { corpId: 7 }, 'the claim corpId is not a corpId'],
  ['a corpId that is a list', { corpId: ['ding5678xxxxx'] }, 'the claim corpId is not a corpId'],
  ['a unionId that is null', { unionId: null }, 'the claim unionId is not a unionId'],
  ['a past expiry', expiring(-40), 'ERR_JWT_EXPIRED exp'],
  ['another audience', { aud: 'another' }, 'ERR_JWT_CLAIM_VALIDATION_FAILED aud'],
])('the log says why a token with %s is refused', async (_name, changed, reason) => {
  const lines = gateway.log.length;

  await expectRefused(await key.sign(changed));

  const log = gateway.log.slice(lines).map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(log).toContainEqual(expect.objectContaining({ msg: 'credentials refused', reason }));
  expect(JSON.stringify(log)).not.toContain('ding5678xxxxx');
});

test.each<[string, Record<string, unknown>]>([
  ['expired beyond the tolerance', expiring(-40)],
  ['not yet valid beyond the tolerance', notBefore(60)],
  ['no expiry', { exp: undefined }],
  ['an expiry that is a text', { exp: '9999999999' }],
  ['a not-before that is a text', { nbf: '0' }],
  ['another audience', { aud: 'another' }],
  ['no audience', { aud: undefined }],
  ['an audience that is an object', { aud: { gateway: true } }],
  ['another issuer', { iss: 'https://issuer.example.evil' }],
  ['the issuer with a slash', { iss: `${issuer}/` }],
  ['no issuer', { iss: undefined }],
  ['no unionId', { unionId: undefined }],
  ['an empty unionId', { unionId: '' }],
  ['a unionId that is a number', { unionId: 7 }],
  ['a unionId that is a list', { unionId: ['chyxxxxx'] }],
  ['a unionId that is an object', { unionId: { toString: 'chyxxxxx' } }],
  ['a unionId that is null', { unionId: null }],
  ['a unionId with a line break', { unionId: 'chy\r\nx-evil: 1' }],
  ['a unionId with a NUL', { unionId: 'chy\u0000' }],
  ['a unionId with a blank', { unionId: 'chy xxxxx' }],
  ['a unionId beyond ASCII', { unionId: 'chy\u00e9' }],
  ['two unionIds in one', { unionId: 'chyxxxxx,linxxxxx' }],
  ['a corpId that is a number', { corpId: 7 }],
  ['a corpId that is false', { corpId: false }],
  ['a corpId that is zero', { corpId: 0 }],
  ['a corpId that is a list', { corpId: [] }],
  ['a corpId that is a blank', { corpId: ' ' }],
  ['a corpId that is a parent path', { corpId: '..' }],
  ['a corpId with a line break', { corpId: 'ding\n' }],
])('a token is refused with %s', async (_name, changed) => {
  await expectRefused(await key.sign(changed));
});

test('a token signed with another key under the same kid is refused', async () => {
  await expectRefused(await stranger.sign());
});

test('a token signed with an unpublished key is refused', async () => {
  await expectRefused(await (await createSigningKey('unpublished')).sign());
});

test('a token signed with the right key under a wrong kid is refused', async () => {
  await expectRefused(await key.sign({}, { kid: 'another' }));
});

test.each(['none', 'None', 'NONE', ''])('the algorithm %j is refused', async (alg) => {
  await expectRefused(`${encode({ alg, kid: 'main' })}.${encode(claims)}.`);
});

test.each(['HS256', 'HS384', 'HS512'])(
  'a token signed with the public key as an HMAC secret is refused: %s',
  async (alg) => {
    for (const secret of [key.spki, key.spki.trim(), JSON.stringify(key.jwk)]) {
      const signed = `${encode({ alg, kid: 'main' })}.${encode(claims)}`;
      const signature = createHmac(alg.replace('HS', 'sha'), secret).update(signed).digest('base64url');
      await expectRefused(`${signed}.${signature}`);
    }
  },
);

test('a token may not bring its own key', async () => {
  await expectRefused(await stranger.sign({}, { jwk: stranger.jwk }));
  await expectRefused(await stranger.sign({}, { jku: 'http://127.0.0.1:9/jwks.json' }));
});

test('a token with its claims or its signature changed is refused', async () => {
  const [header, payload, signature] = (await key.sign()).split('.');
  await expectRefused(`${header}.${encode({ ...claims, unionId: 'linxxxxx' })}.${signature}`);
  await expectRefused(`${header}.${payload}.${signature?.split('').toReversed().join('')}`);
  await expectRefused(`${header}.${payload}.`);
  await expectRefused(`${header}.${payload}`);
});

test.each<[string, (good: string) => (readonly [string, string])[]]>([
  ['none', () => []],
  ['an empty header', () => [['authorization', '']]],
  ['the scheme alone', () => [['authorization', 'Bearer']]],
  ['another scheme', (good) => [['authorization', `Basic ${good}`]]],
  ['the token alone', (good) => [['authorization', good]]],
  [
    'a valid one twice',
    (good) => [
      ['authorization', `Bearer ${good}`],
      ['authorization', `Bearer ${good}`],
    ],
  ],
  [
    'a valid one after an empty one',
    (good) => [
      ['authorization', ''],
      ['Authorization', `Bearer ${good}`],
    ],
  ],
  ['two folded into one header', (good) => [['authorization', `Bearer ${good}, Bearer ${good}`]]],
  ['two tokens in one header', (good) => [['authorization', `Bearer ${good} ${good}`]]],
  ['noise', () => [['authorization', 'Bearer ...']]],
  ['a cookie', (good) => [['cookie', `authorization=Bearer ${good}`]]],
])('an Authorization such as %s is refused', async (_name, headers) => {
  gateway.upstream.clearCalls();

  const answer = await rawQuery(gateway.url, headers(await key.sign()));

  expect(answer).toMatchObject(unauthenticated);
  expect(gateway.upstream.calls).toHaveLength(0);
});

test('repeated unknown keys do not cause repeated requests to the issuer', async () => {
  const asked = keyServer.requests;
  const tokens = await Promise.all(
    Array.from({ length: 10 }, async (_, index) => (await createSigningKey(`unknown-${index}`)).sign()),
  );

  for (const token of tokens) await expectRefused(token);

  expect(keyServer.requests - asked).toBeLessThanOrEqual(1);
});

test.each(['RS256', 'PS256', 'ES384', 'EdDSA'])('a PEM key instead of published ones: %s', async (alg) => {
  const pem = await createSigningKey('pem', alg);
  await using gateway = await startGateway({
    environment: {
      VIEWER_AUTH: 'jwt',
      VIEWER_JWT_PUBLIC_KEY: pem.spki.replaceAll('\n', String.raw`\n`),
      VIEWER_JWT_ISSUER: issuer,
      VIEWER_JWT_AUDIENCE: audience,
      VIEWER_UNION_ID_CLAIM: 'dingtalk',
    },
  });
  const ask = (token: string) => rawQuery(gateway.url, [['authorization', `Bearer ${token}`]]);
  const hmac = `${encode({ alg: 'HS256' })}.${encode({ ...claims, dingtalk: 'chyxxxxx' })}`;
  const forged = `${hmac}.${createHmac('sha256', pem.spki).update(hmac).digest('base64url')}`;

  expect(await ask(await pem.sign({ dingtalk: 'linxxxxx' }))).toMatchObject({ status: 200, body: found });
  expect(await ask(await pem.sign())).toMatchObject(unauthenticated);
  expect(await ask(await key.sign({ dingtalk: 'linxxxxx' }))).toMatchObject(unauthenticated);
  expect(await ask(forged)).toMatchObject(unauthenticated);
  expect(gateway.upstream.callsTo('conversationSpace').map(({ query }) => query)).toEqual([
    { unionId: 'linxxxxx' },
  ]);
});
