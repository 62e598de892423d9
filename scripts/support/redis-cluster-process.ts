import { freePort } from './free-port.ts';
import { redisCommand } from './redis-command.ts';
import { startRedisProcess, type RedisProcess } from './redis-process.ts';

const slots = 16_384;
const completeWithinMs = 15_000;
const lookEveryMs = 25;

/** A node of a Redis Cluster on loopback. */
export interface RedisNode extends RedisProcess {
  readonly port: number;
  /** For the other nodes. */
  readonly busPort: number;
}

export interface RedisClusterProcess {
  readonly nodes: readonly RedisNode[];
  /** `redis+cluster://` with the addresses of all nodes. */
  readonly url: string;
  /** Kills all nodes: their data is lost. */
  stop(): Promise<void>;
}

/**
 * A Redis Cluster (Redis 7 or later) of `count` primaries that share the slots evenly, complete when this resolves;
 * `args` are further settings of each node.
 */
export async function startRedisClusterProcess(
  program: string,
  args: readonly string[] = [],
  count = 3,
): Promise<RedisClusterProcess> {
  await using started = new AsyncDisposableStack();
  const nodes: RedisNode[] = [];
  for (let at = 0; at < count; at += 1) {
    const node = await startNode(program, args);
    started.defer(() => node.stop());
    nodes.push(node);
    await redisCommand(
      node.port,
      `CLUSTER ADDSLOTSRANGE ${firstSlot(at, count)} ${firstSlot(at + 1, count) - 1}`,
    );
    // Different from the start: nodes with equal epochs would settle that among themselves first.
    await redisCommand(node.port, `CLUSTER SET-CONFIG-EPOCH ${at + 1}`);
  }
  for (const { port } of nodes) {
    for (const other of nodes.filter((each) => each.port !== port)) {
      await redisCommand(port, `CLUSTER MEET 127.0.0.1 ${other.port} ${other.busPort}`);
    }
  }
  await complete(nodes);
  const running = started.move();
  return {
    nodes,
    url: `redis+cluster://${nodes.map(({ port }) => `127.0.0.1:${port}`).join(',')}`,
    stop: () => running.disposeAsync(),
  };
}

const firstSlot = (at: number, count: number): number => Math.floor((slots * at) / count);

async function startNode(program: string, args: readonly string[]): Promise<RedisNode> {
  const port = await freePort();
  const busPort = await freePort();
  const cluster = ['--cluster-enabled', 'yes', '--cluster-port', String(busPort)];
  const node = await startRedisProcess(program, port, [
    ...cluster,
    '--cluster-node-timeout',
    '1000',
    ...args,
  ]);
  return { ...node, port, busPort };
}

/** Resolves when every node sees all the others and a node for each slot. */
async function complete(nodes: readonly RedisNode[]): Promise<void> {
  const untilMs = performance.now() + completeWithinMs;
  for (const { port } of nodes) {
    for (;;) {
      const info = await redisCommand(port, 'CLUSTER INFO');
      if (info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${nodes.length}\r`)) break;
      if (performance.now() > untilMs) {
        throw new Error(`the cluster is not complete after ${completeWithinMs} ms: ${info}`);
      }
      await new Promise((resolve) => {
        setTimeout(resolve, lookEveryMs);
      });
    }
  }
}
