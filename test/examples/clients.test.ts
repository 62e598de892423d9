import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { areWanted } from '../support/are-wanted.ts';
import { logLines } from '../support/log-lines.ts';
import { startGateway, type GatewayUnderTest } from '../support/start-gateway.ts';
import { bundleClients, clients, group, howToInstall, installed } from './clients-under-test.ts';

const wanted = areWanted('clients of others', installed, howToInstall);

type Ask = (gateway: object, variables: object) => Promise<{ conversationSpace: object }>;

const key = { 'x-api-key': 'key-of-the-web-client' };

const sentTo = ({ log }: GatewayUnderTest): unknown[] =>
  logLines(log)
    .filter(({ route }) => route === '/graphql')
    .map(({ method }) => method);

(wanted ? describe : describe.skip)('clients of others, in Node', () => {
  let ask: Record<string, Ask>;
  let open: GatewayUnderTest;
  let closed: GatewayUnderTest;
  let folder: string;
  beforeAll(async () => {
    open = await startGateway();
    closed = await startGateway({ environment: { GATEWAY_API_KEYS: `web=${key['x-api-key']}` } });
    folder = await mkdtemp(path.join(tmpdir(), 'clients-'));
    const file = path.join(folder, 'clients.cjs');
    await writeFile(file, await bundleClients('node'));
    ask = createRequire(import.meta.url)(file) as Record<string, Ask>;
  }, 60_000);
  afterEach(() => {
    for (const { upstream, log } of [open, closed]) {
      upstream.clearCalls();
      (log as string[]).length = 0;
    }
  });
  afterAll(() => Promise.all([open.close(), closed.close(), rm(folder, { recursive: true })]));

  test.each(clients)('%s gets its first answer with a credential', async (name, methods, space) => {
    const answer = await ask[name]!({ url: `${closed.url}/graphql`, headers: key }, { group });

    expect(answer).toEqual({ conversationSpace: space });
    expect(sentTo(closed)).toEqual(methods);
    expect(closed.upstream.callsTo('conversationSpace')).toHaveLength(1);
  });

  // Apollo's GET has a content type, which pages send only after a preflight.
  test.each(clients.filter(([name]) => name !== 'urql'))(
    '%s gets its first answer without any header of its own',
    async (name, methods, space) => {
      const answer = await ask[name]!({ url: `${open.url}/graphql` }, { group });

      expect(answer).toEqual({ conversationSpace: space });
      expect(sentTo(open)).toEqual(methods);
    },
  );

  test('the program of the example asks with each of them', async () => {
    const env = { ...process.env, NODE_OPTIONS: '', GATEWAY_URL: `${open.url}/graphql` };
    const command = ['tsx', 'examples/clients/src/main.ts'];

    const { stdout } = await promisify(execFile)('npx', command, { env, timeout: 30_000 });

    expect([...stdout.matchAll(/^\w+/gm)].map(String).toSorted()).toEqual(
      clients.map(([name]) => name).toSorted(),
    );
    expect(stdout.match(/spaceId: '798xxxxx'/g)).toHaveLength(clients.length);
  });

  test('urql, whose GET any page could send, is refused by the name of the header to send, and answered with it', async () => {
    const url = `${open.url}/graphql`;

    await expect(ask['urql']!({ url }, { group })).rejects.toThrow(
      /send the header graphql-require-preflight: 1/,
    );
    expect(open.upstream.callsTo('conversationSpace')).toHaveLength(0);
    const headers = { 'graphql-require-preflight': '1' };
    expect(await ask['urql']!({ url, headers }, { group })).toMatchObject({
      conversationSpace: { spaceId: '798xxxxx' },
    });
  });
});
