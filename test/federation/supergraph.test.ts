import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Trace } from '@apollo/usage-reporting-protobuf';
import { chatsWithLabels, chatsWithLabelsAnswer, groupsWithFolders } from './list-queries.ts';
import { codesTable, extensionsOf, unpadded, type Measured } from './codes-table.ts';
import { bigFileIds, bigSpace, conversation, demoIds, dentry, space } from './representations.ts';
import {
  areWanted,
  maxAnswerFields,
  maxLookups,
  routerSecret,
  startSupergraph,
  type Reply,
  type SupergraphUnderTest,
} from './supergraph-under-test.ts';

const file = (dentryId: string): object => dentry('798xxxxx', dentryId);
const routers = ['Hive Gateway', 'Apollo Gateway'] as const;
const chy = { authorization: 'Bearer chy' };
const lin = { authorization: 'Bearer lin' };

const codesOf = ({ errors = [] }: Reply): unknown[] =>
  errors.map(({ extensions }) => extensions['code']).toSorted();

const wanted = areWanted('joins over real routers');

(wanted ? describe : describe.skip)('a running supergraph', () => {
  let supergraph: SupergraphUnderTest;
  beforeAll(async () => {
    supergraph = await startSupergraph();
  }, 120_000);
  beforeEach(() => {
    supergraph.upstream.clearCalls();
    supergraph.upstream.clearFaults();
    supergraph.wayUpstream.setMode({ kind: 'pass' });
  });
  afterAll(() => supergraph?.close(), 30_000);

  /** The operator and id of each lookup, sorted: simultaneous calls arrive in any order. */
  const lookups = (): string[] =>
    supergraph.upstream
      .callsTo('conversationSpace')
      .map(
        ({ query, body }) =>
          `${query['unionId']} ${(body as { openConversationId: string }).openConversationId}`,
      )
      .toSorted();
  const storageCalls = (): string[] =>
    supergraph.upstream
      .callsTo('storageSpace')
      .map(({ query, path }) => `${query['unionId']} ${path}`)
      .toSorted();

  /** The ids of each call for files, sorted. */
  const fileCalls = (): string[][] =>
    supergraph.upstream
      .callsTo('dentriesBatch')
      .map(({ body }) => [...(body as { dentryIds: readonly string[] }).dentryIds].toSorted())
      .toSorted((one, other) => one.length - other.length);

  /** Every call by its API and the ids in it, sorted. */
  const callsOf = (): string[] =>
    supergraph.upstream.calls
      .map(({ api, query, body }) => {
        const { openConversationId, dentryIds } = (body ?? {}) as {
          openConversationId?: string;
          dentryIds?: readonly string[];
        };
        return `${api} ${openConversationId ?? dentryIds?.toSorted().join(',') ?? query['parentId']}`;
      })
      .toSorted();

  // Hive Gateway omits the index, as docs/federation.md says.
  const placeInPath = { 'Hive Gateway': ['chats', 'space'], 'Apollo Gateway': ['chats', 1, 'space'] };

  describe.each(routers)('behind %s', (router) => {
    test('one query joins three subgraphs, with one call for each conversation', async () => {
      const reply = await supergraph.query(
        router,
        'query ($ids: [ID!]!) { chats(ids: $ids) { title space { spaceId corpId label } } }',
        { ids: ['cid9FTRQSLo+sKxxxx', 'cid.demo.tea', 'cid9FTRQSLo+sKxxxx'] },
        chy,
      );

      const example = {
        title: 'The example of the API page',
        space: { spaceId: '798xxxxx', corpId: 'ding1234xxxxx', label: 'label of 798xxxxx' },
      };
      const tea = {
        title: 'Tea round',
        space: { spaceId: '256572824454245', corpId: 'ding1234xxxxx', label: 'label of 256572824454245' },
      };
      expect(reply).toEqual({ data: { chats: [example, tea, example] } });
      expect(lookups()).toEqual(['chyxxxxx cid.demo.tea', 'chyxxxxx cid9FTRQSLo+sKxxxx']);
      expect(storageCalls()).toEqual([]);
    });

    test('a neighbour that knows only a spaceId gets the other fields, and its own fields cost no call', async () => {
      const query = 'query ($facts: Boolean!) { pinnedSpaces { spaceId label corpId @include(if: $facts) } }';
      const labels = await supergraph.query(router, query, { facts: false }, chy);
      const callsForLabels = supergraph.upstream.calls.length;
      const facts = await supergraph.query(router, query, { facts: true }, chy);

      expect(labels).toEqual({
        data: { pinnedSpaces: [{ spaceId: '798xxxxx', label: 'label of 798xxxxx' }] },
      });
      expect(callsForLabels).toBe(0);
      expect(facts).toEqual({
        data: {
          pinnedSpaces: [{ spaceId: '798xxxxx', label: 'label of 798xxxxx', corpId: 'ding1234xxxxx' }],
        },
      });
      expect(storageCalls()).toEqual(['chyxxxxx /v1.0/storage/spaces/798xxxxx']);
    });

    const pinnedFiles = `query ($spaceId: ID = "798xxxxx", $dentryIds: [ID!] = ["2001", "2002", "2011"]) {
      pinnedFiles(spaceId: $spaceId, dentryIds: $dentryIds) { name size labels }
    }`;

    test('files that a neighbour pinned have its labels, and their names and sizes by one call', async () => {
      const reply = await supergraph.query(router, pinnedFiles, {}, chy);

      expect(reply).toEqual({
        data: {
          pinnedFiles: [
            { name: '项目计划 Project plan.docx', size: expect.any(Number), labels: ['plan', 'to read'] },
            { name: '团队合影 Team photo.png', size: expect.any(Number), labels: ['team'] },
            { name: 'readme.txt', size: 512, labels: [] },
          ],
        },
      });
      expect(fileCalls()).toEqual([['2001', '2002', '2011']]);
      expect([...lookups(), ...storageCalls()]).toEqual([]);
    });

    test('sixty pinned files are two calls on behalf of the person, and their labels alone are none', async () => {
      const dentryIds = bigFileIds(bigSpace, 60);
      const labels = await supergraph.query(
        router,
        'query ($spaceId: ID!, $ids: [ID!]!) { pinnedFiles(spaceId: $spaceId, dentryIds: $ids) { dentryId labels } }',
        { spaceId: bigSpace, ids: dentryIds },
        chy,
      );
      const callsForLabels = supergraph.upstream.calls.length;
      const { data, errors } = await supergraph.query(
        router,
        pinnedFiles,
        { spaceId: bigSpace, dentryIds },
        lin,
      );

      expect(labels).toEqual({
        data: { pinnedFiles: dentryIds.map((dentryId) => ({ dentryId, labels: [] })) },
      });
      expect(callsForLabels).toBe(0);
      expect(errors).toBeUndefined();
      const { pinnedFiles: files } = data as { pinnedFiles: { name: string }[] };
      expect(new Set(files.map(({ name }) => name)).size).toBe(60);
      expect(fileCalls().map(({ length }) => length)).toEqual([30, 30]);
      expect(fileCalls().flat().toSorted()).toEqual(dentryIds.toSorted());
      expect(supergraph.upstream.callsTo('dentriesBatch').map(({ query }) => query['unionId'])).toEqual([
        'linxxxxx',
        'linxxxxx',
      ]);
    });

    test('thumbnails and folders of pinned files are looked up together, labels of their folders at the neighbour', async () => {
      const { data, errors } = await supergraph.query(
        router,
        '{ pinnedFiles(dentryIds: ["2001", "2002"]) { thumbnail { width } parent { name labels } } }',
        {},
        chy,
      );

      expect(errors).toBeUndefined();
      expect(data).toEqual({
        pinnedFiles: [
          { thumbnail: { width: 320 }, parent: { name: '根目录 Root', labels: [] } },
          { thumbnail: { width: 320 }, parent: { name: 'Photos 照片', labels: [] } },
        ],
      });
      expect(fileCalls()).toEqual([
        expect.arrayContaining(['2001', '2002']),
        expect.arrayContaining(['0', '1002']),
      ]);
      expect(supergraph.upstream.callsTo('thumbnails')).toHaveLength(1);
    });

    test('a pinned file that is gone is one error with our code, and its neighbours have their data', async () => {
      const { data, errors } = await supergraph.query(
        router,
        pinnedFiles,
        { dentryIds: ['2001', 'gone', '2011'] },
        chy,
      );

      expect(data).toMatchObject({
        pinnedFiles: [{ labels: ['plan', 'to read'] }, null, { name: 'readme.txt' }],
      });
      expect(errors).toMatchObject([
        {
          message: 'There is no such file or folder in this space: check the dentryId.',
          extensions: { code: 'DENTRY_NOT_FOUND', retryable: false },
        },
      ]);
    });

    test('one conversation that fails is one error with our code, and its neighbours have their data', async () => {
      const { data, errors } = await supergraph.query(
        router,
        'query ($ids: [ID!]!) { chats(ids: $ids) { title space { spaceId } } }',
        { ids: ['cid9FTRQSLo+sKxxxx', 'cid.conversationNotExist'] },
        chy,
      );

      expect(data).toEqual({
        chats: [
          { title: 'The example of the API page', space: { spaceId: '798xxxxx' } },
          { title: 'cid.conversationNotExist', space: null },
        ],
      });
      expect(errors).toMatchObject([
        {
          message: 'There is no such group: check the openConversationId, case included.',
          path: placeInPath[router],
          extensions: { code: 'CONVERSATION_NOT_FOUND' },
        },
      ]);
      expect(lookups()).toHaveLength(2);
    });

    test.each([
      { sizes: true, plain: false },
      { sizes: false, plain: true },
    ])('lists in lists of ours are the gateway’s own answer, by the same calls: %j', async (asked) => {
      const variables = { ids: ['cid9FTRQSLo+sKxxxx', 'cid.conversationNotExist', 'cid.demo.tea'], ...asked };
      const asRouter = { 'x-router-secret': routerSecret, 'x-dingtalk-union-id': 'chyxxxxx' };
      const ours = await supergraph.query('dingtalk', groupsWithFolders, variables, asRouter);
      const ourCalls = callsOf();
      supergraph.upstream.clearCalls();
      const reply = await supergraph.query(router, groupsWithFolders, variables, chy);

      expect(reply.data).toEqual(ours.data);
      const rows = (ours.data as { groups: any }).groups[0].space.root.nodes;
      expect(rows[0]).toEqual({
        dentryId: '1002',
        name: 'Photos 照片',
        ...(asked.sizes && { size: null, thumbnail: null }),
        inside: {
          rows: [
            {
              dentryId: '2003',
              name: '发布会 Launch.mp4',
              ...(asked.sizes && { size: 3_221_225_472, thumbnail: null }),
            },
            {
              dentryId: '2002',
              name: '团队合影 Team photo.png',
              ...(asked.sizes && { size: 2_359_296, thumbnail: { width: 320 } }),
            },
          ],
        },
      });
      expect(codesOf(reply)).toEqual(
        asked.plain ? ['CONVERSATION_NOT_FOUND'] : ['CONVERSATION_NOT_FOUND', 'DENTRY_BLOCKED'],
      );
      expect(codesOf(reply)).toEqual(codesOf(ours));
      expect(callsOf()).toEqual(ourCalls);
      // Three groups, two roots, five folders; the thumbnails of each level and space are one call.
      expect(ourCalls).toHaveLength(3 + 2 + 5 + (asked.plain ? 0 : 4));
    });

    test.each([true, false])('lists in lists with the labels of neighbours: %j', async (labels) => {
      const ids = ['cid9FTRQSLo+sKxxxx', 'cid.conversationNotExist', 'cid9FTRQSLo+sKxxxx'];

      const reply = await supergraph.query(router, chatsWithLabels, { ids, labels }, chy);

      expect(reply.data).toEqual(chatsWithLabelsAnswer(labels));
      expect(codesOf(reply)).toEqual(['CONVERSATION_NOT_FOUND', 'DENTRY_BLOCKED', 'DENTRY_NOT_FOUND']);
      expect(callsOf()).toEqual([
        'conversationSpace cid.conversationNotExist',
        'conversationSpace cid9FTRQSLo+sKxxxx',
        'dentries 0',
        'dentries 1001',
        'dentries 1001',
        'dentries 1002',
        'dentriesBatch 1001,2002,gone',
        'thumbnails 2009,2012',
      ]);
    });

    test('the person known to the router is the operator, whatever headers the client sends', async () => {
      supergraph.upstream.denyAccess('linxxxxx', 'cid.demo.tea');
      const query = '{ chats(ids: ["cid.demo.tea"]) { space { corpId } } }';
      const pretender = { ...lin, 'x-dingtalk-union-id': 'chyxxxxx', 'x-router-secret': routerSecret };

      const seenByChy = await supergraph.query(router, query, {}, chy);
      const seenByLin = await supergraph.query(router, query, {}, pretender);
      supergraph.upstream.allowAccess('linxxxxx', 'cid.demo.tea');

      expect(seenByChy).toEqual({ data: { chats: [{ space: { corpId: 'ding1234xxxxx' } }] } });
      expect(seenByLin).toMatchObject({
        data: { chats: [{ space: null }] },
        errors: [{ extensions: { code: 'FORBIDDEN' } }],
      });
      expect(lookups()).toEqual(['chyxxxxx cid.demo.tea', 'linxxxxx cid.demo.tea']);
    });

    test.each([
      ['a neighbour’s conversation', 'query ($id: ID!) { chats(ids: [$id]) { space { corpId } } }'],
      ['our own field', 'query ($id: ID!) { conversationSpace(openConversationId: $id) { corpId } }'],
    ])('simultaneous requests of two people for %s get separate answers', async (what, query) => {
      const id = `cid.demo.at-one-moment.${router}.${what}`;
      supergraph.upstream.denyAccess('linxxxxx', id);
      // Before any answer is held, the gateway has its token and the router its query plan.
      await supergraph.query(router, query, { id: 'cid.demo.before' }, chy);
      supergraph.upstream.clearCalls();
      supergraph.wayUpstream.setMode({ kind: 'hold' });

      const answers = Promise.all(
        [chy, lin].map((person) => supergraph.query(router, query, { id }, person)),
      );
      // If the router joined the two requests, both would end with an error at the deadline.
      await Promise.race([supergraph.upstream.waitForCalls('conversationSpace', 2), answers]);
      supergraph.wayUpstream.setMode({ kind: 'pass' });
      const [seenByChy, seenByLin] = await answers;

      expect(lookups()).toEqual([`chyxxxxx ${id}`, `linxxxxx ${id}`]);
      expect(JSON.stringify(seenByChy)).toContain('{"corpId":"ding1234xxxxx"}');
      expect(seenByChy).not.toHaveProperty('errors');
      expect(seenByLin).toMatchObject({ errors: [{ extensions: { code: 'FORBIDDEN' } }] });
      expect(JSON.stringify(seenByLin)).not.toContain('ding1234xxxxx');
    });

    test('the extensions of a request cannot name the operator', async () => {
      const extensions = {
        headers: { 'x-dingtalk-union-id': 'chyxxxxx', 'x-dingtalk-corp-id': 'ding5678xxxxx' },
      };
      const query = '{ conversationSpace(openConversationId: "cid.demo.tea") { corpId } }';

      await supergraph.query(router, query, {}, lin, extensions);
      await supergraph.query(router, query, {}, {}, extensions);

      expect(lookups()).toEqual(['linxxxxx cid.demo.tea']);
    });
  });

  const chats = 'query ($ids: [ID!]!) { chats(ids: $ids) { space { corpId } } }';
  const spaces = 'query ($ids: [ID!]!) { pinnedSpaces(ids: $ids) { corpId } }';
  const entities = `query ($representations: [_Any!]!) {
    _entities(representations: $representations) { ... on Conversation { space { corpId } } ... on Space { corpId } ... on Dentry { download { expiresAt } } }
  }`;
  const names = 'query ($ids: [ID!]!) { pinnedFiles(dentryIds: $ids) { name size } }';
  const files = 'query ($ids: [ID!]!) { pinnedFiles(dentryIds: $ids) { download { expiresAt } } }';
  const referencesOf = new Map([
    [chats, conversation],
    [spaces, space],
    [files, file],
    [names, file],
  ]);

  /** One failure, at the gateway and behind each router. */
  async function measure(
    query: string,
    ids: readonly string[],
    headers: Readonly<Record<string, string>> = chy,
  ): Promise<Measured> {
    const asked = headers === chy ? { 'x-dingtalk-union-id': 'chyxxxxx' } : {};
    const representations = ids.map(referencesOf.get(query)!);
    const [gateway, ...heard] = await Promise.all([
      supergraph.query(
        'dingtalk',
        entities,
        { representations },
        { 'x-router-secret': routerSecret, ...asked },
      ),
      ...routers.map((router) => supergraph.query(router, query, { ids }, headers)),
    ]);
    return {
      gateway: extensionsOf(gateway),
      routers: Object.fromEntries(routers.map((router, index) => [router, extensionsOf(heard[index]!)])),
    };
  }

  async function measureWith(fault: 'hang' | 'unheardOf'): Promise<Measured> {
    const body = JSON.stringify({ code: 'unheardOf', message: '', requestid: 'R' });
    supergraph.upstream.addFault(
      'conversationSpace',
      fault === 'hang' ? { kind: 'hang' } : { kind: 'answer', status: 404, body },
    );
    const measured = await measure(chats, ['cid.demo.tea']);
    supergraph.upstream.clearFaults();
    return measured;
  }

  async function measureBlocked(): Promise<Measured> {
    supergraph.upstream.addFault('downloadInfo', { kind: 'error', code: 'fileViral' });
    const measured = await measure(files, ['2001']);
    supergraph.upstream.clearFaults();
    return measured;
  }

  let goodIds = 0;

  /** Twenty successful calls first, so that a few failures do not open the breaker. */
  async function measureFailing(work: () => Promise<Measured>): Promise<Measured> {
    goodIds += 20;
    const ids = Array.from({ length: 20 }, (_, index) => `cid.demo.good.${goodIds + index}`);
    await supergraph.query(
      'dingtalk',
      entities,
      { representations: ids.map(conversation) },
      { 'x-router-secret': routerSecret, 'x-dingtalk-union-id': 'chyxxxxx' },
    );
    return work();
  }
  test('Apollo Gateway asks for the inline trace and takes it over', async () => {
    const reply = await supergraph.query(
      'Apollo Gateway',
      chats,
      { ids: ['cid.demo.tea'] },
      { ...chy, 'apollo-federation-include-trace': 'ftv1' },
    );

    const trace = Trace.decode(Buffer.from(String(reply.extensions?.['ftv1']), 'base64'));
    const fetches = fetchesOf(trace.queryPlan!);
    const ours = fetches.find(({ serviceName }) => serviceName === 'dingtalk');
    expect(ours).toMatchObject({ traceParsingFailed: false });
    expect(ours?.trace?.root?.child).toMatchObject([
      {
        responseName: '_entities',
        child: [{ child: [{ responseName: 'space', parentType: 'Conversation' }] }],
      },
    ]);
  });

  test('Apollo Gateway exposes the subgraph’s URL in the error of a refused request, as the docs warn', async () => {
    const { errors } = await supergraph.query('Apollo Gateway', chats, { ids: demoIds(maxLookups + 1) }, chy);

    expect(errors).toMatchObject([
      {
        extensions: {
          code: 'INTERNAL_SERVER_ERROR',
          response: {
            url: expect.stringContaining('http://127.0.0.1:'),
            status: 422,
            body: { errors: [{ extensions: { code: 'LOOKUP_LIMIT_EXCEEDED' } }] },
          },
        },
      },
    ]);
    expect(lookups()).toEqual([]);
  });

  test('the errors behind each router are those of the table in docs/federation.md', async () => {
    const beforeQuota = [
      await measure(chats, ['cid.paramError.conversationId']),
      await measure(chats, ['cid.permissionDenied']),
      await measure(chats, ['cid.acrossOrgAccessForbidden']),
      await measure(chats, ['cid.conversationNotExist']),
      await measure(spaces, ['nowhere']),
      await measure(files, ['gone']),
      await measure(files, ['1001']),
      await measureBlocked(),
      await measure(files, ['dentry.fileArchived']),
      await measureWith('unheardOf'),
      await measureFailing(() => measure(chats, ['cid.systemError'])),
      await measureFailing(() => measureWith('hang')),
      await measure(chats, ['cid.Forbidden.AccessDenied.QpsLimitForApi']),
    ];
    const afterQuota = [
      await measure(chats, ['cid.Forbidden.AccessDenied.AccessTokenPermissionDenied']),
      await measure(chats, ['cid.html']),
      await measure(chats, demoIds(maxLookups + 1)),
      await measure(names, bigFileIds('798xxxxx', maxAnswerFields / 2)),
      await measure(
        spaces,
        demoIds(21).map((id) => `nowhere.${id}`),
      ),
      await measure(chats, ['cid.demo.tea'], {}),
    ];
    // The quota last: from then on the quota gate stops the organization's calls.
    const quota = await measure(chats, ['cid.Forbidden.AccessDenied.ApiCountLimitForOrg']);
    const measured = [...beforeQuota, quota, ...afterQuota];
    const docs = await readFile(new URL('../../docs/federation.md', import.meta.url), 'utf8');
    const written = /<!-- codes -->\n+([^]*?)\n+<!-- \/codes -->/.exec(docs)?.[1] ?? '';

    expect(unpadded(written)).toBe(unpadded(codesTable(measured)));
  });
});

/** The requests to subgraphs in a plan. */
function fetchesOf({
  fetch,
  sequence,
  parallel,
  flatten,
}: Trace.IQueryPlanNode): Trace.QueryPlanNode.IFetchNode[] {
  const below = [...(sequence?.nodes ?? []), ...(parallel?.nodes ?? []), flatten?.node];
  return [fetch, ...below.flatMap((node) => (node ? fetchesOf(node) : []))].filter((each) => each != null);
}
