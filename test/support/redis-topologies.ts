import { spawn } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Redis as Client } from 'ioredis';
import { findProgram } from '../../scripts/support/find-program.ts';
import { freePort } from '../../scripts/support/free-port.ts';
import { startRedisProcess, type RedisProcess } from '../../scripts/support/redis-process.ts';
import { supervised } from '../../scripts/support/supervised.ts';
import { eventually } from './eventually.ts';

const program = findProgram('redis-server') ?? 'redis-server';

export interface RunningNode extends RedisProcess, AsyncDisposable {
  readonly port: number;
  /** Asks the node itself. */
  ask(command: string, ...args: readonly (string | number)[]): Promise<unknown>;
  /** The same over a connection of its own, where that of `ask` waits for an answer. */
  askApart(command: string, ...args: readonly (string | number)[]): Promise<unknown>;
}

/** One server; `args` are further settings. */
export const startNode = (...args: readonly string[]): Promise<RunningNode> => startNodeOf(program, args);

/** One server of a program that takes Redis's settings. */
export async function startNodeOf(server: string, args: readonly string[] = []): Promise<RunningNode> {
  const password = args[args.indexOf('--requirepass') + 1] ?? '';
  const access = args.includes('--requirepass') ? { password } : {};
  const port = await freePort();
  const running = await startRedisProcess(server, port, args);
  const client = new Client({ port, ...access, retryStrategy: () => 20, lazyConnect: true });
  client.on('error', () => undefined);
  const stop = async (): Promise<void> => {
    client.disconnect();
    await running.stop();
  };
  return {
    ...running,
    port,
    ask: (command, ...rest) => client.call(command, ...rest),
    async askApart(command, ...rest) {
      const apart = new Client({ port, ...access, enableReadyCheck: false, retryStrategy: null });
      return apart.call(command, ...rest).finally(() => apart.disconnect());
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

export interface RunningCluster extends AsyncDisposable {
  readonly nodes: readonly RunningNode[];
  /** `redis+cluster://` with the first two nodes. */
  readonly url: string;
  /** The primary of a key. */
  ownerOf(key: string): Promise<RunningNode>;
  /** Makes another primary the owner of a key's slot, which holds no keys. */
  moveSlotOf(key: string): Promise<RunningNode>;
}

const slots = 16_384;

/** Three primaries, and for each a replica if `withReplicas`. */
export async function startCluster({ withReplicas = false } = {}): Promise<RunningCluster> {
  const nodes = await Promise.all(
    Array.from({ length: withReplicas ? 6 : 3 }, async () =>
      startNode(
        '--cluster-enabled',
        'yes',
        '--cluster-node-timeout',
        '500',
        '--cluster-port',
        String(await freePort()),
        '--cluster-replica-validity-factor',
        '0',
        '--repl-diskless-sync-delay',
        '0',
      ),
    ),
  );
  const primaries = nodes.slice(0, 3);
  const [first] = nodes as [RunningNode];
  await Promise.all(
    primaries.map(({ ask }, at) =>
      ask('CLUSTER', 'ADDSLOTSRANGE', Math.ceil((slots / 3) * at), Math.ceil((slots / 3) * (at + 1)) - 1),
    ),
  );
  for (const [at, { ask }] of nodes.entries()) await ask('CLUSTER', 'SET-CONFIG-EPOCH', at + 1);
  for (const { port, ask } of nodes) {
    const info = String(await ask('CONFIG', 'GET', 'cluster-port'));
    if (port !== first.port) await first.ask('CLUSTER', 'MEET', '127.0.0.1', port, info.split(',')[1] ?? '');
  }
  const ids = await Promise.all(nodes.map(async ({ ask }) => String(await ask('CLUSTER', 'MYID'))));
  const knowsAll = async ({ ask }: RunningNode): Promise<boolean> => {
    const info = String(await ask('CLUSTER', 'INFO'));
    return info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${nodes.length}`);
  };
  await eventually(async () => (await Promise.all(nodes.map(knowsAll))).every(Boolean));
  await Promise.all(nodes.slice(3).map(({ ask }, at) => ask('CLUSTER', 'REPLICATE', ids[at] ?? '')));
  await eventually(async () => {
    const infos = await Promise.all(nodes.slice(3).map(({ ask }) => ask('INFO', 'replication')));
    return infos.every((info) => String(info).includes('master_link_status:up'));
  });

  async function ownerOf(key: string): Promise<RunningNode> {
    for (const node of nodes) {
      const answer = await node.ask('GET', key).then(
        () => 'owner',
        () => 'another',
      );
      if (answer === 'owner') return node;
    }
    throw new Error('the slot has no owner');
  }

  return {
    nodes,
    url: `redis+cluster://127.0.0.1:${nodes[0]?.port},127.0.0.1:${nodes[1]?.port}`,
    ownerOf,
    async moveSlotOf(key) {
      const owner = await ownerOf(key);
      const at = primaries.findIndex((node) => node !== owner);
      const slot = Number(await owner.ask('CLUSTER', 'KEYSLOT', key));
      const target = primaries[at];
      await target?.ask('CLUSTER', 'SETSLOT', slot, 'IMPORTING', String(await owner.ask('CLUSTER', 'MYID')));
      // The new owner first: then the others believe it.
      for (const node of [target, owner, ...primaries]) {
        await node?.ask('CLUSTER', 'SETSLOT', slot, 'NODE', ids[at] ?? '');
      }
      return primaries[at] as RunningNode;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(nodes.map(({ stop }) => stop()));
    },
  };
}

export interface RunningSentinels extends AsyncDisposable {
  readonly primary: RunningNode;
  readonly replica: RunningNode;
  readonly sentinels: readonly { readonly port: number; stop(): Promise<void> }[];
  /** `redis+sentinel://` with all of them. */
  readonly url: string;
  /** Resolves once the Sentinels have made the replica the primary. */
  failedOver(): Promise<void>;
}

/** Two servers and three Sentinels, which agree on a failover half a second after the primary is gone. */
export async function startSentinels({ password = '' } = {}): Promise<RunningSentinels> {
  const secured = password === '' ? [] : ['--requirepass', password, '--masterauth', password];
  const settings = ['--repl-diskless-sync-delay', '0', ...secured];
  const primary = await startNode(...settings);
  const replica = await startNode(...settings, '--replicaof', `127.0.0.1 ${primary.port}`);
  await eventually(async () => String(await replica.ask('INFO', 'replication')).includes('link_status:up'));
  const sentinels = await Promise.all(Array.from({ length: 3 }, () => startSentinel(primary.port, password)));
  const clients = sentinels.map(({ port }) => new Client({ port, retryStrategy: null }));
  for (const client of clients) client.on('error', () => undefined);
  await eventually(async () => (await Promise.all(clients.map(knowsTheOthers))).every(Boolean));

  return {
    primary,
    replica,
    sentinels,
    url: `redis+sentinel://${sentinels.map(({ port }) => `127.0.0.1:${port}`).join(',')}/mymaster`,
    failedOver: () =>
      eventually(async () => {
        const addresses = await Promise.all(
          clients.map((client) => client.call('SENTINEL', 'get-master-addr-by-name', 'mymaster')),
        );
        return addresses.every((address) => String(address) === `127.0.0.1,${replica.port}`);
      }),
    async [Symbol.asyncDispose]() {
      for (const client of clients) client.disconnect();
      await Promise.all([primary, replica, ...sentinels].map(({ stop }) => stop()));
    },
  };
}

async function knowsTheOthers(sentinel: Client): Promise<boolean> {
  const [about] = (await sentinel.call('SENTINEL', 'masters')) as string[][];
  const of = (name: string): string | undefined => about?.[about.indexOf(name) + 1];
  return of('num-slaves') === '1' && of('num-other-sentinels') === '2';
}

/** One Sentinel that watches `mymaster` on loopback, without having to find others. */
export async function startSentinel(
  primaryPort: number,
  password = '',
): Promise<{ readonly port: number; stop(): Promise<void> }> {
  const port = await freePort();
  const folder = await mkdtemp(path.join(tmpdir(), 'gateway-sentinel-'));
  const file = path.join(folder, 'sentinel.conf');
  const settings = [
    `port ${port}`,
    'bind 127.0.0.1',
    `dir ${folder}`,
    `sentinel monitor mymaster 127.0.0.1 ${primaryPort} 2`,
    'sentinel down-after-milliseconds mymaster 500',
    'sentinel failover-timeout mymaster 5000',
    ...(password === '' ? [] : [`sentinel auth-pass mymaster ${password}`]),
  ];
  await writeFile(file, `${settings.join('\n')}\n`);
  const child = spawn(program, [file, '--sentinel'], { stdio: ['ignore', 'pipe', 'ignore'] });
  const { stop } = supervised(child, folder);
  let output = '';
  for await (const chunk of child.stdout) {
    output += String(chunk);
    if (output.includes('+monitor')) return { port, stop };
  }
  await stop();
  throw new Error(`the Sentinel did not start: ${output}`);
}
