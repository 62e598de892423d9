import { expect, test } from '@jest/globals';
import { createFinder, type Ask } from '../../src/redis/find-primary.ts';
import { topologyOf, type Topology } from '../../src/redis/redis-address.ts';
import { redisUrl } from '../../src/config/redis-url.ts';

const nodes = [1, 2, 3].map((port) => ({ host: 'node', port }));
const sentinels: Topology = { kind: 'sentinel', nodes, service: 'mymaster' };
const cluster: Topology = { kind: 'cluster', nodes };

/** Answers by the port of the node; an `Error` rejects. */
const answering =
  (...replies: readonly unknown[]): Ask =>
  async ({ port }) => {
    const reply = replies[port - 1];
    if (reply instanceof Error) throw reply;
    return reply;
  };
const never = new Promise(() => undefined);
const errorReply = (message: string): Error => Object.assign(new Error(message), { name: 'ReplyError' });

test.each([
  [
    'the one that most name',
    [
      ['old', '1'],
      ['new', '2'],
      ['new', '2'],
    ],
    'new:2',
  ],
  ['without the one that is silent', [never, ['new', '2'], ['new', '2']], 'new:2'],
  ['the only one named', [new Error('refused'), null, ['new', '2']], 'new:2'],
])('Sentinels: %s', async (_what, replies, primary) => {
  const node = await createFinder(sentinels, '', answering(...replies))?.();

  expect(`${node?.host}:${node?.port}`).toBe(primary);
});

test.each([
  ['nobody knows it', [null, null, new Error('refused')], 'the Sentinels know no service of that name'],
  ['nonsense', [['host', '99999'], ['', '1'], 5], 'the Sentinels know no service of that name'],
  ['no Sentinel answers', [new Error('refused'), new Error('late'), new Error('late')], 'refused'],
])('Sentinels: %s', async (_what, replies, problem) => {
  await expect(createFinder(sentinels, '', answering(...replies))?.()).rejects.toThrow(problem);
});

test.each([
  ['the one that answers', [never, 'value', never], 'node:2'],
  ['the one that is named', [errorReply('MOVED 1 10.0.0.7:7000'), never, never], '10.0.0.7:7000'],
  ['one with an IPv6 address', [errorReply('MOVED 1 fd00::7:7000'), never, never], 'fd00::7:7000'],
  ['one without a host', [never, never, errorReply('MOVED 1 :7000')], 'node:7000'],
  ['not the one without a name', [errorReply('MOVED 1 ?:7000'), new Error('late'), null], 'node:3'],
])('Cluster: %s', async (_what, replies, primary) => {
  const node = await createFinder(cluster, 'key', answering(...replies))?.();

  expect(`${node?.host}:${node?.port}`).toBe(primary);
});

test('Cluster: what a node says counts more than that another is silent', async () => {
  const replies = [new Error('late'), errorReply('CLUSTERDOWN no'), new Error('late')];

  await expect(createFinder(cluster, 'key', answering(...replies))?.()).rejects.toThrow('CLUSTERDOWN');
});

test('Cluster: the latest primary is asked as well, where those of the URL are gone', async () => {
  let isGone = false;
  const find = createFinder(cluster, 'key', async ({ host }) => {
    if (host !== 'node') return null;
    throw isGone ? new Error('refused') : errorReply('MOVED 1 latest:7');
  });
  await find?.();
  isGone = true;

  expect(await find?.()).toEqual({ host: 'latest', port: 7 });
});

test.each<[string, Topology]>([
  ['redis://one:6380/1', { kind: 'single', nodes: [{ host: 'one', port: 6380 }] }],
  [
    'rediss+sentinel://me:pass@one,[::1]:7/svc/2',
    {
      kind: 'sentinel',
      service: 'svc',
      nodes: [
        { host: 'one', port: 26_379 },
        { host: '::1', port: 7 },
      ],
    },
  ],
  [
    'redis+cluster://one,two:7000',
    {
      kind: 'cluster',
      nodes: [
        { host: 'one', port: 6379 },
        { host: 'two', port: 7000 },
      ],
    },
  ],
])('%s', (url, topology) => {
  expect(topologyOf(redisUrl.parse(url))).toEqual(topology);
});
