import type { Operation } from '../load/operation.ts';
import { createRandom } from '../../scripts/plan/random.ts';
import { idOwnedBy } from '../upstream/viewers.ts';
import type { Workload } from '../workload.ts';
import type { Point } from './points.ts';

const hotLookups = 10_000;

/** Every id once, each by its viewer; then many of them again. */
export function workloadsOf(
  { ids, viewers, organizations, concurrency, group, name }: Point,
  seed: number,
): Record<'cold' | 'hot', Workload> {
  const lookup = (at: number): Operation => {
    const viewer = at % viewers;
    return {
      kind: 'lookup',
      viewer,
      ...(organizations > 0 && { organization: viewer % organizations }),
      ids: [idOwnedBy(viewer, `scale.${seed}.${at}`)],
    };
  };
  const common = {
    what: `${group}: ${name}`,
    kind: 'load',
    latencyMs: 0,
    concurrency,
    lookupsPerOperation: 1,
    suits: () => true,
  } as const;
  return {
    cold: {
      ...common,
      name: 'cold',
      operations: ids,
      source: () => {
        let next = 0;
        return () => {
          next += 1;
          return lookup(next - 1);
        };
      },
    },
    hot: {
      ...common,
      name: 'hot',
      operations: hotLookups,
      source: () => {
        const random = createRandom(seed);
        return () => lookup(Math.floor(random() * ids));
      },
    },
  };
}
