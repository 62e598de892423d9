import { expect, test } from '@jest/globals';
import { audience, createSigningKey, issuer } from '../support/issuer.ts';
import { found, lookup } from '../support/raw-query.ts';
import { startGateway } from '../support/start-gateway.ts';

const key = await createSigningKey('main');

const modes: readonly [string, NodeJS.ProcessEnv, Record<string, string>][] = [
  ['fixed', {}, {}],
  ['fixed with keys', { GATEWAY_API_KEYS: 'key' }, { 'x-api-key': 'key' }],
  [
    'jwt',
    {
      VIEWER_AUTH: 'jwt',
      VIEWER_JWT_PUBLIC_KEY: key.spki,
      VIEWER_JWT_ISSUER: issuer,
      VIEWER_JWT_AUDIENCE: audience,
    },
    { authorization: `Bearer ${await key.sign()}` },
  ],
  ['dingtalk', { VIEWER_AUTH: 'dingtalk' }, { authorization: 'Bearer sandbox-user-token-chy' }],
];

/** Every name under which a client might try to pass as Lin. */
const names = [
  'unionId',
  'unionid',
  'union_id',
  'operator',
  'operatorUnionId',
  'viewer',
  'user',
  'userId',
  'corpId',
];
const pretences = Object.fromEntries(names.map((name) => [name, 'linxxxxx']));
const headers = {
  'x-dingtalk-union-id': 'linxxxxx',
  'x-dingtalk-corp-id': 'ding5678xxxxx',
  'x-router-secret': 'secret',
  'x-acs-dingtalk-access-token': 'sandbox-user-token-lin',
  'x-forwarded-user': 'linxxxxx',
  'x-user-id': 'linxxxxx',
  unionid: 'linxxxxx',
  'x-http-method-override': 'PUT',
  cookie: 'unionId=linxxxxx; x-dingtalk-union-id=linxxxxx; authorization=Bearer sandbox-user-token-lin',
};

test.each(modes)('%s: only the credentials decide the operator', async (_mode, environment, credentials) => {
  await using gateway = await startGateway({ environment: { ...environment, ROUTER_SECRET: 'secret' } });
  const search = new URLSearchParams({ ...pretences, ...headers }).toString();
  const given = { 'content-type': 'application/json', ...headers, ...credentials };

  const post = await fetch(`${gateway.url}/graphql?${search}`, {
    method: 'POST',
    headers: given,
    body: JSON.stringify({
      ...pretences,
      headers,
      context: { viewer: pretences },
      query: `query ($unionId: ID = "linxxxxx") ${lookup.replace('{ spaceId', '{ __typename @skip(if: true) @include(if: true) ...S } other: conversationSpace(openConversationId: $unionId) { spaceId')} fragment S on Space { spaceId }`,
      variables: { ...pretences, unionId: 'cid.demo.other' },
      extensions: { ...pretences, headers, viewer: pretences },
    }),
  });
  const get = await fetch(`${gateway.url}/graphql?${search}&query=${encodeURIComponent(lookup)}`, {
    headers: given,
  });

  expect(await post.json()).toMatchObject(found);
  expect(await get.json()).toEqual(found);
  const calls = gateway.upstream.callsTo('conversationSpace');
  expect(calls.map(({ query, headers }) => [query, headers['cookie'], headers['authorization']])).toEqual(
    Array.from({ length: 3 }, () => [{ unionId: 'chyxxxxx' }, undefined, undefined]),
  );
});

test.each(modes)(
  '%s: an argument that names another operator is refused',
  async (_mode, environment, credentials) => {
    await using gateway = await startGateway({ environment });

    const answer = await gateway.query(lookup.replace('(', '(unionId: "linxxxxx", '), {}, credentials);

    expect(answer.body.errors?.[0]?.extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
    expect(gateway.upstream.callsTo('conversationSpace')).toHaveLength(0);
  },
);
