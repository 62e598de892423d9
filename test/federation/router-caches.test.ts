import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { manyViewers, startCachedGateway, type CachedGateway } from '../support/cached-gateway.ts';
import { areWanted } from './supergraph-under-test.ts';

const example = new URL('../../examples/supergraph/', import.meta.url);
const program = new URL('caching-routers.mjs', import.meta.url);
const chy = 'Bearer chy';
const lin = 'Bearer lin';
const space = (id: string): string => `{ conversationSpace(openConversationId: "${id}") { spaceId } }`;
const preview = '{ dentry(spaceId: "798xxxxx", dentryId: "2001") { name preview { url } } }';

async function ask(url: string, query: string, authorization: string) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization },
    body: JSON.stringify({ query }),
  });
  const body: any = await response.json();
  return { body, caching: response.headers.get('cache-control') };
}

const wanted = areWanted('caches of real routers');

(wanted ? describe : describe.skip)('with ANSWER_CACHING=private', () => {
  let gateway: CachedGateway;
  let folder: string;
  let routers: ChildProcess;
  let urls: { readonly hive: string; readonly apollo: string };
  let requests = 0;
  let conversations = 0;
  /** Of a group chat that nobody has asked for. */
  let id: string;

  beforeAll(async () => {
    gateway = await startCachedGateway({ ...manyViewers, ANSWER_CACHING: 'private' });
    gateway.app.server.on('request', () => (requests += 1));
    const { composeSupergraph } = await import(new URL('supergraph.ts', example).href);
    const url = `${gateway.url}/graphql`;
    const sdl = await composeSupergraph({
      dingtalk: url,
      'chat-titles': url,
      'space-labels': url,
      'file-labels': url,
    });
    folder = await mkdtemp(join(tmpdir(), 'router-caches-'));
    const file = join(folder, 'supergraph.graphql');
    await writeFile(file, sdl);
    routers = fork(program, [file], {
      execArgv: [],
      env: { PATH: process.env['PATH'], ROUTER_SECRET: manyViewers.ROUTER_SECRET },
    });
    [urls] = await once(routers, 'message');
  }, 90_000);
  beforeEach(() => {
    requests = 0;
    conversations += 1;
    id = `cid.demo.cached-${conversations}`;
  });
  afterAll(async () => {
    routers?.kill();
    if (routers && routers.exitCode === null && routers.signalCode === null) await once(routers, 'exit');
    await gateway?.close();
    if (folder) await rm(folder, { recursive: true });
  });

  /** For the gateway and for the router's cache. */
  async function advance(ms: number): Promise<void> {
    gateway.clock.advance(ms);
    routers.send({ advanceMs: ms });
    await once(routers, 'message');
  }

  test('Hive Gateway asks the gateway again when the answer is no longer fresh, not before', async () => {
    const first = await ask(urls.hive, space(id), chy);
    await advance(55_000);
    const kept = await ask(urls.hive, space(id), chy);
    const requestsBefore = requests;
    await advance(5000);
    const later = await ask(urls.hive, space(id), chy);

    expect(first.body.data).toEqual({ conversationSpace: { spaceId: expect.any(String) } });
    expect([kept.body.data, later.body.data]).toEqual([first.body.data, first.body.data]);
    expect([requestsBefore, requests]).toEqual([1, 2]);
  });

  test('Hive Gateway keeps an answer only for what the gateway’s memory has left', async () => {
    await gateway.lookUp(id, 'chyxxxxx');
    await advance(40_000);
    requests = 0;

    for (const ms of [0, 15_000, 5000]) {
      await advance(ms);
      await ask(urls.hive, space(id), chy);
    }

    expect(requests).toBe(2);
  });

  test('Hive Gateway gives nobody the answer of another person', async () => {
    gateway.upstream.denyAccess('linxxxxx', id);
    const allowed = await ask(urls.hive, space(id), chy);
    const refused = await ask(urls.hive, space(id), lin);
    const again = await ask(urls.hive, space(id), chy);

    expect(allowed.body.errors).toBeUndefined();
    expect(refused.body).toMatchObject({
      data: { conversationSpace: null },
      errors: [{ extensions: { code: 'FORBIDDEN' } }],
    });
    expect(again.body.data).toEqual(allowed.body.data);
    expect(requests).toBe(2);

    const unknown = [await ask(urls.hive, space(id), ''), await ask(urls.hive, space(id), '')];
    expect(unknown.map(({ body }) => body)).toEqual([
      {
        data: { conversationSpace: null },
        errors: [expect.objectContaining({ message: expect.any(String) })],
      },
      unknown[0]?.body,
    ]);
    expect(requests).toBe(4);
  });

  test('Hive Gateway keeps no link', async () => {
    const answers = [await ask(urls.hive, preview, chy), await ask(urls.hive, preview, chy)];

    expect(answers.map(({ body }) => body.errors)).toEqual([undefined, undefined]);
    expect(requests).toBe(2);
  });

  test('Hive Gateway keeps nothing stale', async () => {
    await gateway.lookUp(id, 'chyxxxxx');
    await advance(60_000);
    gateway.upstream.addFault('conversationSpace', { kind: 'error', code: 'systemError' });
    requests = 0;

    const answers = [await ask(urls.hive, space(id), chy), await ask(urls.hive, space(id), chy)];

    gateway.upstream.clearFaults();
    expect(answers.map(({ body }) => body.errors)).toEqual([undefined, undefined]);
    expect(requests).toBe(2);
  });

  test('Apollo Gateway passes the time that is left on to its cache', async () => {
    const fresh = await ask(urls.apollo, space(id), chy);
    await advance(20_000);
    const aged = await ask(urls.apollo, space(id), chy);
    const link = await ask(urls.apollo, preview, chy);

    expect([fresh, aged, link].map(({ caching }) => caching)).toEqual([
      'max-age=60, private',
      'max-age=40, private',
      'no-store',
    ]);
  });
});

const requestOf = (unionId: string) => ({
  url: `/graphql?query=${encodeURIComponent(space('cid.demo.a'))}`,
  method: 'GET',
  headers: {
    'apollo-require-preflight': '1',
    accept: 'application/graphql-response+json',
    'x-router-secret': 'secret',
    'x-dingtalk-union-id': unionId,
  },
});

(wanted ? test : test.skip)(
  'a cache by RFC 9111 keeps it for the person alone, and a shared one not at all',
  async () => {
    const CachePolicy = createRequire(new URL('package.json', example))('http-cache-semantics');
    await using gateway = await startCachedGateway({ ...manyViewers, ANSWER_CACHING: 'private' });
    await gateway.lookUp('cid.demo.a', 'chy');
    gateway.clock.advance(20_000);
    const request = requestOf('chy');

    const response = await fetch(`${gateway.url}${request.url}`, request);

    const answer = { status: response.status, headers: Object.fromEntries(response.headers) };
    const own = new CachePolicy(request, answer, { shared: false });
    expect([own.storable(), own.maxAge()]).toEqual([true, 40]);
    expect(own.satisfiesWithoutRevalidation(request)).toBe(true);
    expect(own.satisfiesWithoutRevalidation(requestOf('lin'))).toBe(false);
    expect(new CachePolicy(request, answer, { shared: true }).storable()).toBe(false);
  },
);
