import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { execFileSync, spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { areWanted } from '../support/are-wanted.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { codeBlocks } from '../support/code-blocks.ts';
import { readPage } from '../support/pages.ts';
import { startGateway, type GatewayUnderTest } from '../support/start-gateway.ts';
import {
  howToInstall,
  installClient,
  installed,
  runScenario,
  type InstalledClient,
  type ScenarioOptions,
} from './installed-client.ts';

const wanted = areWanted('the packed client kit', installed, howToInstall);

let kit: InstalledClient;
beforeAll(async () => {
  if (wanted) kit = await installClient();
}, 60_000);
afterAll(() => kit?.remove());

/** What comes of a scenario whose program asks `gateway`. */
const outcomeOf = (
  program: ScenarioOptions['program'],
  scenario: string,
  { url }: Pick<GatewayUnderTest, 'url'>,
  onWait?: ScenarioOptions['onWait'],
) => runScenario(kit, { program, scenario, endpoint: `${url}/graphql`, ...(onWait && { onWait }) });

const kitName = 'dingtalk-graphql-gateway-client';
const group = 'cid9FTRQSLo+sKxxxx';
/** As in a project of a frontend's own. */
const frontend = {
  compilerOptions: {
    noEmit: true,
    strict: true,
    skipLibCheck: true,
    target: 'es2023',
    lib: ['es2024', 'dom'],
    module: 'preserve',
    allowImportingTsExtensions: true,
    typeRoots: [path.resolve('node_modules/@types')],
    types: ['node'],
  },
  include: ['consumers'],
};

/** What the pages leave out. */
const assumed = `
declare const answer: unknown;
declare function signIn(): void;
`;

/** Apollo Client adds the name of the type. */
const seenBy = (program: 'apollo' | 'urql', __typename: string, object: object): object =>
  program === 'apollo' ? { __typename, ...object } : object;
/** As long as the deadline of a lookup, so that the gateway does not wait itself. */
const tooFast = {
  kind: 'answer',
  status: 403,
  headers: { 'retry-after': '5' },
  body: JSON.stringify({ code: 'Forbidden.AccessDenied.QpsLimitForApi' }),
} as const;

(wanted ? describe : describe.skip)('the tarball', () => {
  test('holds what is imported, its types and the schema, and nothing else', async () => {
    const modules = ['apollo', 'gateway-error', 'index', 'urql', 'wait'].map((name) => `dist/${name}`);
    const generated = ['caches', 'codes', 'introspection', 'public-extensions'].map(
      (name) => `dist/generated/${name}`,
    );

    expect(kit.packed.toSorted()).toEqual(
      [
        'LICENSE',
        'README.md',
        'package.json',
        'dist/schema.api.graphql',
        ...[...modules, ...generated].flatMap((name) => [`${name}.js`, `${name}.d.ts`]),
      ].toSorted(),
    );
    expect(await readFile('client/LICENSE', 'utf8')).toBe(await readFile('LICENSE', 'utf8'));
  });

  test('brings no other package', async () => {
    expect(kit.packages).toEqual([kitName]);
    const manifest = JSON.parse(await readFile('client/package.json', 'utf8'));
    expect(manifest.dependencies).toBeUndefined();
    expect(Object.keys(manifest.peerDependencies).toSorted()).toEqual(
      Object.keys(manifest.peerDependenciesMeta).toSorted(),
    );
    expect(manifest.version).toBe(JSON.parse(await readFile('package.json', 'utf8')).version);
  });

  test('its entry needs no client library, and it has the schema', async () => {
    const program =
      "import { gatewayCodes } from 'dingtalk-graphql-gateway-client';console.log(gatewayCodes.RATE_LIMITED)";
    const output = execFileSync(process.execPath, ['--input-type=module', '--eval', program], {
      cwd: kit.folder,
      encoding: 'utf8',
    });

    expect(output).toBe('too many calls\n');
    const schema = createRequire(path.join(kit.folder, 'package.json')).resolve(
      `${kitName}/schema.api.graphql`,
    );
    expect(await readFile(schema, 'utf8')).toBe(await readFile('schema.api.graphql', 'utf8'));
  });

  test('a misspelt code is refused by the compiler, and the programs and those of the pages are not', async () => {
    const compile = () =>
      spawnSync(path.resolve('node_modules/.bin/tsc'), ['-p', kit.folder], {
        cwd: kit.folder,
        encoding: 'utf8',
      });
    for (const page of ['client/README.md', 'docs/frontends.md']) {
      for (const [index, block] of codeBlocks(await readPage(page), 'ts').entries()) {
        const program = path.join(kit.folder, `consumers/${path.basename(page)}-${index}.ts`);
        await writeFile(program, `${assumed}\n${block}`);
      }
    }
    await writeFile(path.join(kit.folder, 'tsconfig.json'), JSON.stringify(frontend));
    expect(compile().stdout).toBe('');

    const file = path.join(kit.folder, 'consumers/codes.ts');
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace("case 'RATE_LIMITED'", "case 'RATELIMITED'"));
    expect(compile().stdout).toContain('RATELIMITED');
    await writeFile(file, text);
  });
});

(wanted ? describe : describe.skip).each(['apollo', 'urql'] as const)('%s', (program) => {
  /** Graphcache gives no data where every field has failed. */
  const withoutSpace = program === 'apollo' ? { conversationSpace: null } : null;
  const space = seenBy(program, 'Space', { spaceId: '798xxxxx', corpId: 'ding1234xxxxx' });

  test('RATE_LIMITED waits retryAfterMs and succeeds', async () => {
    await using gateway = await startGateway();
    gateway.upstream.addFault('conversationSpace', tooFast, 1);

    const outcome = await outcomeOf(program, 'space', gateway);

    expect(outcome).toEqual({ result: { data: { conversationSpace: space }, codes: [] }, waitsMs: [5000] });
    const asked = gateway.upstream.callsTo('conversationSpace').map(({ body }) => body);
    expect(asked).toEqual([{ openConversationId: group }, { openConversationId: group }]);
  });

  test('the third RATE_LIMITED is the answer', async () => {
    await using gateway = await startGateway();
    gateway.upstream.addFault('conversationSpace', tooFast);

    const outcome = await outcomeOf(program, 'space', gateway);

    expect(outcome).toEqual({
      result: { data: withoutSpace, codes: ['RATE_LIMITED'] },
      waitsMs: [5000, 5000],
    });
    expect(gateway.upstream.callsTo('conversationSpace')).toHaveLength(3);
  });

  test('a wait of a minute is not waited for', async () => {
    await using gateway = await startGateway();
    const tooOften = { kind: 'error', code: 'Forbidden.AccessDenied.QpmLimitForAppkeyAndApi' } as const;
    gateway.upstream.addFault('conversationSpace', tooOften);

    const outcome = await outcomeOf(program, 'space', gateway);

    expect(outcome).toEqual({
      result: { data: withoutSpace, codes: ['RATE_LIMITED'] },
      waitsMs: [],
    });
    expect(gateway.upstream.callsTo('conversationSpace')).toHaveLength(1);
  });

  test('an answer of 429 is waited for as well', async () => {
    const clock = createManualClock();
    await using gateway = await startGateway({ clock, environment: { VIEWER_RPS: '1' } });

    const { result, waitsMs } = await outcomeOf(program, 'twice', gateway, (ms) => clock.advance(ms));

    expect(result).toEqual({ conversationSpace: space });
    expect(waitsMs).toEqual([1000]);
  });

  test('a page that is left ends its wait, and nothing more is asked', async () => {
    await using gateway = await startGateway();
    gateway.upstream.addFault('conversationSpace', tooFast, 1);

    const { result } = await outcomeOf(program, 'left', gateway);

    expect(result).toEqual({ isAborted: true });
    expect(gateway.upstream.callsTo('conversationSpace')).toHaveLength(1);
  });

  test('one of two fields that is RATE_LIMITED is waited for, and both have data', async () => {
    await using gateway = await startGateway();
    gateway.upstream.addFault('conversationSpace', tooFast, 1);

    const outcome = await outcomeOf(program, 'twoSpaces', gateway);

    const spaces = ['246892222998761', '212223215861194'].map((spaceId) =>
      seenBy(program, 'Space', { spaceId }),
    );
    expect(outcome).toEqual({ result: { first: spaces[0], second: spaces[1] }, waitsMs: [5000] });
    expect(gateway.upstream.callsTo('conversationSpace')).toHaveLength(4);
  });

  test('behind a router, mutations and subscriptions are sent once', async () => {
    const outcome = await runScenario(kit, { program, scenario: 'sentOnce', endpoint: 'http://localhost/' });

    expect(outcome).toEqual({
      result: {
        sent: ['mutation', 'subscription'],
        codes: ['RATE_LIMITED'],
        events: [{ shared: null }, { shared: true }],
      },
      waitsMs: [],
    });
  });

  test('an aborted wait ends with the answer that there is', async () => {
    await using gateway = await startGateway();
    gateway.upstream.addFault('conversationSpace', tooFast);

    const outcome = await outcomeOf(program, 'aborted', gateway);

    expect(outcome).toEqual({
      result: { data: withoutSpace, codes: ['RATE_LIMITED'] },
      waitsMs: [5000],
    });
    expect(gateway.upstream.callsTo('conversationSpace')).toHaveLength(1);
  });

  test('rows keep their data beside one that failed', async () => {
    await using gateway = await startGateway();

    const outcome = await outcomeOf(program, 'rows', gateway);

    expect(outcome).toEqual({
      result: {
        data: {
          dentries: [
            seenBy(program, 'Dentry', { spaceId: '798xxxxx', dentryId: '2011', name: 'readme.txt' }),
            null,
          ],
        },
        codes: ['DENTRY_NOT_FOUND'],
      },
      waitsMs: [],
    });
  });
});

const keyOf = (dentryId: string): string => `Dentry:${JSON.stringify({ spaceId: '798xxxxx', dentryId })}`;

(wanted ? test : test.skip)('Apollo Client: the signal of one query ends its wait alone', async () => {
  await using gateway = await startGateway();
  gateway.upstream.addFault('conversationSpace', tooFast);

  const outcome = await outcomeOf('apollo', 'abortedByItsOwnSignal', gateway);

  expect(outcome).toEqual({
    result: { data: { conversationSpace: null }, codes: ['RATE_LIMITED'] },
    waitsMs: [5000],
  });
});

(wanted ? describe : describe.skip)('what identifies an object', () => {
  test('Apollo Client: a Dentry by both ids; pages follow one another, and none is doubled', async () => {
    await using gateway = await startGateway();

    const { result } = await outcomeOf('apollo', 'pages', gateway);

    const ids = ['2011', '2007', '2006', '2004'];
    expect(result).toEqual({
      rows: ids,
      nodes: ids,
      cached: [...ids.map(keyOf), 'ROOT_QUERY', 'Space:{"spaceId":"798xxxxx"}'].toSorted(),
    });
  });

  test('Apollo Client: a list that is asked for in two forms has no gap', async () => {
    await using gateway = await startGateway();

    const { result } = await outcomeOf('apollo', 'twoForms', gateway);

    expect(result).toEqual({ first: ['2011', '2007'], second: ['2011', '2007', '2006', '2004'] });
  });

  test('urql: a Dentry by both ids, in a list and by itself', async () => {
    await using gateway = await startGateway();

    const { result } = await outcomeOf('urql', 'keys', gateway);

    const ids = ['2011', '2007'];
    expect(result).toEqual({
      rows: ids.map((dentryId) => ({ spaceId: '798xxxxx', dentryId })),
      cached: ['Space:798xxxxx', ...ids.map((id) => `Dentry:["798xxxxx","${id}"]`)],
    });
  });

  test.each(['apollo', 'urql'] as const)('%s: without its ids it is part of its list', async (program) => {
    await using gateway = await startGateway();

    const { result } = await outcomeOf(program, 'names', gateway);

    const nodes = ['readme.txt', '需求文档 Requirements.adoc'].map((name) =>
      seenBy(program, 'Dentry', { name }),
    );
    const dentries = seenBy(program, 'DentryConnection', { nodes });
    expect(result).toEqual({ space: seenBy(program, 'Space', { dentries }) });
  });

  test('Apollo Client: a space that fails later stays known', async () => {
    await using gateway = await startGateway();

    const { result } = await outcomeOf('apollo', 'failureKeepsSpace', gateway, () =>
      gateway.upstream.addFault('conversationSpace', { kind: 'error', code: 'permissionDenied' }),
    );

    expect(result).toEqual({
      codes: ['FORBIDDEN'],
      cached: { conversationSpace: { __typename: 'Space', spaceId: '798xxxxx', corpId: 'ding1234xxxxx' } },
    });
  });
});
