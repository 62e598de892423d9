import { createZipf } from '../load/zipf.ts';
import { createRandom } from '../../scripts/plan/random.ts';
import { idOwnedBy, viewerCount } from '../upstream/viewers.ts';

/** How long entries are fresh while this is measured: short, so that a trace spans several such times. */
export const freshMs = 2000;
/** How long a call takes. */
export const callMs = 50;

/** A request of a trace. */
export interface Planned {
  /** From the start of the trace. */
  readonly atMs: number;
  readonly viewer: number;
  readonly id: string;
  /** From 0 to 1: chooses the replica among those that are up. */
  readonly draw: number;
}

/** What happens in the middle of a trace. */
export type Disturbance = 'kill a replica' | 'restart Redis';

/** Requests to replicas, the same at each run. */
export interface Trace {
  readonly name: string;
  readonly what: string;
  /** The promised ratio of calls to the fewest possible. */
  readonly goal?: number;
  readonly disturbance?: Disturbance;
  requests(seed: number): readonly Planned[];
}

const hotKeys = 20;
const hotPerSecond = 600;
const wideKeys = 3000;
const widePerSecond = 250;
const burstRequests = 100;
const bursts = 50;
/** By then a burst has been answered, on a busy machine as well. */
const burstEveryMs = 120;

interface Shape {
  readonly seed: number;
  readonly name: string;
  readonly perSecond: number;
  readonly forMs: number;
  readonly rank: (random: () => number) => () => number;
}

/** Requests at random times, for keys that `rank` draws. */
function steady({ seed, name, perSecond, forMs, rank }: Shape): Planned[] {
  const random = createRandom(seed);
  const draw = rank(random);
  const planned: Planned[] = [];
  for (let atMs = 0; ;) {
    atMs += (-Math.log(1 - random()) * 1000) / perSecond;
    if (atMs >= forMs) return planned;
    planned.push({ atMs, ...keyOf(name, seed, draw()), draw: random() });
  }
}

const hot = (name: string, forMs: number) => (seed: number) =>
  steady({
    seed,
    name,
    perSecond: hotPerSecond,
    forMs,
    rank: (random) => () => Math.floor(random() * hotKeys),
  });

function keyOf(name: string, seed: number, at: number): Pick<Planned, 'viewer' | 'id'> {
  const viewer = at % viewerCount;
  return { viewer, id: idOwnedBy(viewer, `${name}.${seed}.${at}`) };
}

/** All traces, in order. */
export const traces: readonly Trace[] = [
  {
    name: 'hot',
    what: `${hotKeys} keys, ${hotPerSecond} requests a second`,
    goal: 1.03,
    requests: hot('hot', 10_000),
  },
  {
    name: 'wide',
    what: `${wideKeys} keys by Zipf, ${widePerSecond} requests a second: most are asked for a few times`,
    goal: 1.02,
    requests: (seed) =>
      steady({
        seed,
        name: 'wide',
        perSecond: widePerSecond,
        forMs: 8000,
        rank: (random) => createZipf(wideKeys, 1, random),
      }),
  },
  {
    name: 'cold burst',
    what: `${bursts} new keys one after the other, ${burstRequests} requests at once for each`,
    goal: 1,
    requests(seed) {
      const random = createRandom(seed);
      return Array.from({ length: bursts * burstRequests }, (_, at) => {
        const burst = Math.floor(at / burstRequests);
        return { atMs: burst * burstEveryMs, ...keyOf('burst', seed, burst), draw: random() };
      });
    },
  },
  {
    name: 'one killed',
    what: 'the hot trace, in which a replica is killed and started again',
    disturbance: 'kill a replica',
    requests: hot('killed', 8000),
  },
  {
    name: 'Redis restarted',
    what: 'the hot trace, in which Redis is killed and started again after half a second, empty',
    disturbance: 'restart Redis',
    requests: hot('redis', 8000),
  },
];
