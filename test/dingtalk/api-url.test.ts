import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@jest/globals';
import { createLookupKeyOf } from '../../src/cache/lookup-key.ts';
import { createSeal } from '../../src/domain/seal.ts';
import { upstreamName } from '../../src/domain/upstream.ts';
import { sandboxCredentials } from '../../src/sandbox/credentials.ts';
import { startThirdParty } from '../graph/files/third-party.ts';
import { startGateway, type GatewayUnderTest } from '../support/start-gateway.ts';

interface Egress extends AsyncDisposable {
  readonly url: string;
  /** The path of every request, without its query. */
  readonly paths: readonly string[];
  /** Where it passes requests on to. */
  target: string;
}

/** An egress gateway on `host` that passes on what is below `/teams/…/`, and refuses everything else. */
async function startEgress(host = '127.0.0.1'): Promise<Egress> {
  const paths: string[] = [];
  const agent = new http.Agent();
  const server = http.createServer((request, response) => {
    const { url = '', method, headers } = request;
    paths.push(url.replace(/\?.*/, ''));
    const below = /^\/teams\/\w+(\/v1\.0\/.*)$/.exec(url)?.[1];
    if (below === undefined) {
      response.writeHead(404).end();
      return;
    }
    const onward = http.request(new URL(below, egress.target), { method, headers, agent });
    onward.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    request.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const { port } = server.address() as AddressInfo;
  const egress = {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}/teams`,
    paths,
    target: '',
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      agent.destroy();
    },
  };
  return egress;
}

const files = `{
  conversationSpace(openConversationId: "cid9FTRQSLo+sKxxxx") {
    spaceId
    name
    dentries(first: 1) { nodes { dentryId name thumbnail { url } } }
  }
  conversationByChatId(chatId: "chat.demo.a") { openConversationId }
}`;
const query = '{ conversationSpace(openConversationId: "cid9FTRQSLo+sKxxxx") { spaceId } }';
const found = { data: { conversationSpace: { spaceId: '798xxxxx' } } };

test.each(['', '/'])('every call goes below the path of DINGTALK_API_URL, ending with %j', async (end) => {
  await using egress = await startEgress();
  await using gateway = await startGateway({
    environment: { DINGTALK_API_URL: `${egress.url}/one${end}` },
  });
  egress.target = gateway.upstream.url;

  const { body } = await gateway.query(files);

  expect(body).toEqual({
    data: {
      conversationSpace: {
        spaceId: '798xxxxx',
        name: expect.any(String),
        dentries: {
          nodes: [{ dentryId: '2011', name: 'readme.txt', thumbnail: { url: expect.any(String) } }],
        },
      },
      conversationByChatId: { openConversationId: expect.any(String) },
    },
  });
  expect(new Set(gateway.upstream.calls.map(({ api }) => api)).size).toBeGreaterThanOrEqual(6);
  expect(egress.paths).toHaveLength(gateway.upstream.calls.length);
  expect(egress.paths.filter((each) => !each.startsWith('/teams/one/v1.0/'))).toEqual([]);
});

test('the calls for tokens of an organization go below it as well', async () => {
  await using egress = await startEgress();
  await using gateway = await startGateway({
    environment: { DINGTALK_API_URL: `${egress.url}/one`, DINGTALK_CORP_ID: sandboxCredentials.corpId },
  });
  egress.target = gateway.upstream.url;

  expect((await gateway.query(query)).body).toEqual(found);
  expect(egress.paths).toEqual([
    `/teams/one/v1.0/oauth2/${sandboxCredentials.corpId}/token`,
    expect.stringMatching(/^\/teams\/one\/v1\.0\//),
  ]);
});

test('so do the calls of a third-party application, and over IPv6', async () => {
  await using egress = await startEgress('::1');
  await using gateway = await startThirdParty({ DINGTALK_API_URL: `${egress.url}/one` });
  egress.target = gateway.upstream.url;

  expect((await gateway.query(query)).body).toEqual(found);
  expect(egress.paths).toEqual([
    '/teams/one/v1.0/oauth2/corpAccessToken',
    expect.stringMatching(/^\/teams\/one\/v1\.0\//),
  ]);
});

test('so does the call that asks whose bearer it is', async () => {
  await using egress = await startEgress();
  await using gateway = await startGateway({
    environment: { DINGTALK_API_URL: `${egress.url}/one`, VIEWER_AUTH: 'dingtalk' },
  });
  egress.target = gateway.upstream.url;
  const [person] = sandboxCredentials.users;

  const { body } = await gateway.query(query, {}, { authorization: `Bearer ${person.accessToken}` });

  expect(body).toEqual(found);
  expect(egress.paths.toSorted()).toEqual([
    '/teams/one/v1.0/contact/users/me',
    expect.stringMatching(/^\/teams\/one\/v1\.0\/convFile\//),
    '/teams/one/v1.0/oauth2/accessToken',
  ]);
});

test.each(['../../../../two/v1.0/storage', String.raw`..\..\x`, 'a/../b', 'a/..', './a'])(
  'the id %j cannot lead out of the path, where the egress gateway undoes escapes',
  async (spaceId) => {
    await using egress = await startEgress();
    await using gateway = await startGateway({ environment: { DINGTALK_API_URL: `${egress.url}/one` } });
    egress.target = gateway.upstream.url;

    const { body } = await gateway.query('query ($spaceId: ID!) { space(spaceId: $spaceId) { name } }', {
      spaceId,
    });

    expect(body).toEqual({
      data: { space: { name: null } },
      errors: [
        {
          message: 'An id has a part "." or ".." between slashes: correct it.',
          locations: [{ line: 1, column: 52 }],
          path: ['space', 'name'],
          extensions: { code: 'BAD_USER_INPUT', retryable: false },
        },
      ],
    });
    expect(egress.paths).toEqual(['/teams/one/v1.0/oauth2/accessToken']);
  },
);

test('an id with slashes and dots that leads nowhere is asked', async () => {
  await using egress = await startEgress();
  await using gateway = await startGateway({ environment: { DINGTALK_API_URL: `${egress.url}/one` } });
  egress.target = gateway.upstream.url;

  await gateway.query('{ space(spaceId: "a/b..c/.d") { name } }');

  expect(egress.paths.at(-1)).toBe('/teams/one/v1.0/storage/spaces/a%2Fb..c%2F.d');
});

const page =
  'query ($after: String) { conversationSpace(openConversationId: "cid9FTRQSLo+sKxxxx") { dentries(first: 2, after: $after) { nodes { dentryId } pageInfo { endCursor } } } }';
const cursorOf = async (gateway: GatewayUnderTest): Promise<string> =>
  (await gateway.query(page)).body.data.conversationSpace.dentries.pageInfo.endCursor;

test('a cursor of one path is foreign on another, and not with a slash at the end', async () => {
  await using egress = await startEgress();
  const startAt = (prefix: string) =>
    startGateway({ environment: { DINGTALK_API_URL: `${egress.url}${prefix}` } });
  await using one = await startAt('/one');
  await using same = await startAt('/one/');
  await using two = await startAt('/two');
  egress.target = one.upstream.url;
  const after = await cursorOf(one);

  const [again, elsewhere] = [await same.query(page, { after }), await two.query(page, { after })];

  expect(again.body.errors).toBeUndefined();
  expect(again.body.data.conversationSpace.dentries.nodes).toHaveLength(2);
  expect(elsewhere.body.errors?.[0]).toMatchObject({
    path: ['conversationSpace', 'dentries'],
    extensions: { code: 'BAD_USER_INPUT' },
  });
});

const keysOf = (url: string): string[] => {
  const apiUrl = new URL(url);
  const seal = createSeal({ upstream: upstreamName(apiUrl), app: 'app', secret: 'secret' });
  return [
    createLookupKeyOf({ apiUrl, app: { appKey: 'app' } })('api', {}, { unionId: 'u', corpId: 'c' }),
    seal.keyOf('token'),
  ];
};

test('two upstreams that differ in host, port or path share no key, and a bare origin has its old one', () => {
  const urls = [
    'https://a.example',
    'https://a.example:8443',
    'https://a.example/b',
    'https://a.example/b/c',
    'https://a.example/B',
  ];
  expect(new Set(urls.flatMap(keysOf)).size).toBe(2 * urls.length);
  for (const url of urls) expect(keysOf(`${url}/`)).toEqual(keysOf(url));
  expect(upstreamName(new URL('https://api.dingtalk.io'))).toBe('https://api.dingtalk.io');
});
