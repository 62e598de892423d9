import type { Node, Topology } from './redis-address.ts';
import { isErrorReply } from './replies.ts';

/** Asks a node one question; see `askNode`. */
export type Ask = (node: Node, command: readonly [string, ...string[]]) => Promise<unknown>;

/** Why no node names the primary. Its message is for the log, and contains nothing of a reply but the first word. */
export class NoPrimaryError extends Error {
  override readonly name = 'NoPrimaryError';
}

/** Returns a function that asks where the primary is; undefined where it is always at the one address. */
export function createFinder(
  topology: Topology,
  slotKey: string,
  ask: Ask,
): (() => Promise<Node>) | undefined {
  switch (topology.kind) {
    case 'single':
      return undefined;
    case 'sentinel':
      return () => askSentinels(topology.nodes, topology.service, ask);
    case 'cluster': {
      let latest: Node | undefined;
      return async () => {
        // The latest one is asked as well: those of REDIS_URL may have left the Cluster since.
        const nodes = [...topology.nodes, ...(latest ? [latest] : [])];
        return (latest = await askCluster(nodes, slotKey, ask));
      };
    }
  }
}

/**
 * Asks all Sentinels at once, and returns the address that most of them name: one that is cut off from the others may not
 * know of a failover. One that is slow is not waited for where more than half agree.
 */
async function askSentinels(sentinels: readonly Node[], service: string, ask: Ask): Promise<Node> {
  const votes = new Map<string, number>();
  const { promise: agreed, resolve } = Promise.withResolvers<Node>();
  const outcomes = Promise.allSettled(
    sentinels.map(async (sentinel) => {
      const reply = await ask(sentinel, ['SENTINEL', 'get-master-addr-by-name', service]);
      const primary = primaryOf(reply);
      if (!primary) throw new NoPrimaryError('the Sentinels know no service of that name');
      const key = JSON.stringify(primary);
      const count = (votes.get(key) ?? 0) + 1;
      votes.set(key, count);
      if (count > sentinels.length / 2) resolve(primary);
    }),
  );
  const most = outcomes.then((ended) => {
    const [first] = [...votes].toSorted(([, one], [, other]) => other - one);
    if (first) return JSON.parse(first[0]) as Node;
    throw firstProblem(ended);
  });
  return Promise.race([agreed, most]);
}

function primaryOf(reply: unknown): Node | undefined {
  if (!Array.isArray(reply)) return undefined;
  const [host, port] = reply as readonly unknown[];
  return typeof host === 'string' && typeof port === 'string' && host !== '' ? nodeAt(host, port) : undefined;
}

const nodeAt = (host: string, port: string): Node | undefined =>
  /^\d{1,5}$/.test(port) && Number(port) <= 65_535 ? { host, port: Number(port) } : undefined;

/**
 * Asks all nodes at once for the slot of `slotKey`, and returns the first one that has it, or that is named. All names of an
 * application are in that slot (`createSeal`), so one connection is enough.
 */
async function askCluster(nodes: readonly Node[], slotKey: string, ask: Ask): Promise<Node> {
  const asked = nodes.map(async (node) => {
    try {
      await ask(node, ['GET', slotKey]);
      return node;
    } catch (error) {
      const moved = isErrorReply(error) ? /^MOVED \d+ (.*):(\d+)$/.exec((error as Error).message) : undefined;
      // Without a host it is the same one.
      const named = moved && moved[1] !== '?' ? nodeAt(moved[1] || node.host, moved[2] ?? '') : undefined;
      if (named) return named;
      throw error;
    }
  });
  const outcomes = Promise.allSettled(asked);
  return Promise.any(asked).catch(async () => {
    throw firstProblem(await outcomes);
  });
}

/** Rather what a node says than why another has not answered. */
function firstProblem(outcomes: readonly PromiseSettledResult<unknown>[]): Error {
  const problems = outcomes.flatMap((outcome) =>
    outcome.status === 'rejected' ? [outcome.reason as Error] : [],
  );
  const answered = problems.find((error) => isErrorReply(error) || error instanceof NoPrimaryError);
  return answered ?? problems[0] ?? new NoPrimaryError('no node answers');
}
