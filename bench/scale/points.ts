import type { Target } from '../target.ts';

/** One arrangement of the gateway and its load. */
export interface Point {
  readonly group: 'one port' | 'replicas' | 'ids' | 'viewers';
  readonly name: string;
  /** Processes, each with its own port. */
  readonly replicas: number;
  /** Workers behind one port; 0: a plain process. */
  readonly workers: number;
  readonly redis: boolean;
  readonly ids: number;
  readonly viewers: number;
}

const plain = { replicas: 1, workers: 0, redis: false, ids: 5000, viewers: 20 };
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
  arrangement('replicas', '1 without Redis'),
  arrangement('replicas', '1 on Redis', { redis: true }),
  arrangement('replicas', '3 without Redis', { replicas: 3 }),
  arrangement('replicas', '3 on one Redis', { replicas: 3, redis: true }),
  ...[1000, 10_000, 100_000].map((ids) => arrangement('ids', `${count(ids)} ids`, { ids })),
  ...[1, 30, 1000].map((viewers) =>
    arrangement('viewers', `${count(viewers)} viewers`, { ids: 10_000, viewers }),
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
      ...gateway.environment(surroundings),
      ...(point.workers > 0 && { PROCESSES: String(point.workers) }),
      ...(point.redis && { REDIS_URL: surroundings.redisUrl }),
    }),
  };
}
