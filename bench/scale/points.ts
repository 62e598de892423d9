import { sandboxCredentials } from '../../src/sandbox/credentials.ts';
import type { Surroundings, Target } from '../target.ts';
import { corpIdOf } from '../upstream/organizations.ts';

/** One arrangement of the gateway and its load. */
export interface Point {
  readonly group: 'one port' | 'replicas' | 'ids' | 'viewers' | 'organizations';
  readonly name: string;
  /** Processes, each with its own port. */
  readonly replicas: number;
  /** Workers behind one port; 0: a plain process. */
  readonly workers: number;
  readonly redis: boolean;
  readonly ids: number;
  readonly viewers: number;
  /** Of a third-party application; 0: an internal one, which has a single one. */
  readonly organizations: number;
  /** Lookups at once. */
  readonly concurrency: number;
}

const plain = {
  replicas: 1,
  workers: 0,
  redis: false,
  ids: 5000,
  viewers: 20,
  organizations: 0,
  concurrency: 32,
};
/** Ten processes share two cores with the load. */
const lowRate = { concurrency: 8 };
const count = (value: number): string => value.toLocaleString('en-US');

const arrangement = (group: Point['group'], name: string, special: Partial<Point> = {}): Point => ({
  ...plain,
  group,
  name,
  ...special,
});

/** All arrangements to measure, in order. */
export const points: readonly Point[] = [
  arrangement('one port', 'a plain process'),
  ...[1, 2, 4].map((workers) => arrangement('one port', `cluster of ${workers}`, { workers })),
  ...[1, 3, 10].flatMap((replicas) => [
    arrangement('replicas', `${replicas} without Redis`, { ...lowRate, replicas }),
    arrangement('replicas', `${replicas} on one Redis`, { ...lowRate, replicas, redis: true }),
  ]),
  ...[1000, 10_000, 100_000].map((ids) => arrangement('ids', `${count(ids)} ids`, { ids })),
  ...[1, 30, 1000].map((viewers) =>
    arrangement('viewers', `${count(viewers)} viewers`, { ids: 10_000, viewers }),
  ),
  ...[1, 30, 1000].map((organizations) =>
    arrangement('organizations', `${count(organizations)} organization${organizations === 1 ? '' : 's'}`, {
      ...lowRate,
      ids: 10_000,
      viewers: 1000,
      organizations,
    }),
  ),
];

/** The target for one process, or one cluster, of an arrangement. */
export function targetOf(point: Point, gateway: Target): Target {
  return {
    ...gateway,
    name: point.name,
    arguments: (surroundings) =>
      point.workers === 0 ? gateway.arguments(surroundings) : ['bench/dist/cluster.js'],
    environment: (surroundings) => ({
      ...(point.organizations === 0
        ? gateway.environment(surroundings)
        : asSuite(gateway.environment(surroundings), surroundings)),
      ...(point.workers > 0 && { PROCESSES: String(point.workers) }),
      ...(point.redis && { REDIS_URL: surroundings.redisUrl }),
    }),
  };
}

/** The file in the benchmark's folder that holds the suite's ticket. */
export const ticketFile = 'suite-ticket';

/** The third-party application, whose viewers belong to one organization each. */
function asSuite(
  { DINGTALK_APP_KEY: _key, DINGTALK_APP_SECRET: _secret, ...others }: Readonly<Record<string, string>>,
  { folder }: Surroundings,
): Readonly<Record<string, string>> {
  return {
    ...others,
    DINGTALK_SUITE_KEY: sandboxCredentials.suiteKey,
    DINGTALK_SUITE_SECRET: sandboxCredentials.suiteSecret,
    DINGTALK_SUITE_TICKET_FILE: `${folder}/${ticketFile}`,
    // Of the lookups that warm up.
    DINGTALK_CORP_ID: corpIdOf(0),
  };
}
