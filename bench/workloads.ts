import type { LookupOperation, Operation } from './load/operation.ts';
import { createRandom } from '../scripts/plan/random.ts';
import { fileIds, pageIds, spaceOwnedBy } from './upstream/files.ts';
import { idOwnedBy, viewerCount } from './upstream/viewers.ts';
import type { Target } from './target.ts';
import type { Workload } from './workload.ts';
import { createZipf } from './load/zipf.ts';

const hotIds = Array.from({ length: 100 }, (_, at) => `cid.demo.hot.${at}`);
const zipfIds = Array.from({ length: 10_000 }, (_, rank) => `cid.demo.zipf.${rank}`);
const strangerShare = 0.01;

const ownerOfRank = (rank: number): number => rank % viewerCount;
const strangerToRank = (rank: number): number => (rank + 1) % viewerCount;

/** The refusals: one hot id for each viewer, and each of the many ids for one viewer without access. */
export const refusals: readonly (readonly [viewer: number, id: string])[] = [
  ...hotIds.slice(0, viewerCount).map((id, viewer) => [viewer, id] as const),
  ...zipfIds.map((id, rank) => [strangerToRank(rank), id] as const),
];

const refusedTo = new Set(refusals.map(([viewer, id]) => `${viewer} ${id}`));
export const isRefused = (viewer: number, id: string): boolean => refusedTo.has(`${viewer} ${id}`);

const always = (): boolean => true;
/** For workloads of new ids, which a cache does not affect. */
const withoutCache = ({ variant }: Target): boolean => variant !== true;

/** Each request looks up one new id. */
export const coldLookups = (concurrency: number): Workload => ({
  name: `W1-${concurrency}`,
  what: `one cold lookup in each request, ${concurrency} at once`,
  kind: 'load',
  latencyMs: 0,
  concurrency,
  lookupsPerOperation: 1,
  operations: undefined,
  suits: withoutCache,
  source: (seed) => newIds(seed, (viewer, id) => ({ kind: 'lookup', viewer, ids: [id()] })),
});

/** New ids, of each viewer in turn. */
function newIds(seed: string, operation: (viewer: number, id: () => string) => Operation): () => Operation {
  let count = 0;
  return () => {
    const viewer = count % viewerCount;
    return operation(viewer, () => {
      count += 1;
      return idOwnedBy(viewer, `${seed}.${count}`);
    });
  };
}

/** Twenty-five new ids, each looked up twice. */
const twice = (kind: LookupOperation['kind']) => (viewer: number, id: () => string) => {
  const distinct = Array.from({ length: 25 }, id);
  return { kind, viewer, ids: [...distinct, ...distinct] };
};

export const fiftyAliases = (latencyMs: number): Workload => ({
  name: `W2-${latencyMs}ms`,
  what: `fifty aliases over twenty-five new ids in one request, upstream ${latencyMs} ms`,
  kind: 'load',
  latencyMs,
  concurrency: 4,
  lookupsPerOperation: 50,
  operations: undefined,
  suits: withoutCache,
  source: (seed) => newIds(seed, twice('aliases')),
});

/** One operation alone: nothing but the upstream and the target's own order of calls makes it long. */
const oneWave: Workload = {
  ...fiftyAliases(50),
  name: 'W2-wave',
  what: 'the same fifty aliases alone, one request at a time, upstream 50 ms; its time',
  timed: true,
  concurrency: 1,
};

export const hotLookups: Workload = {
  name: 'W4',
  what: 'a hundred hot ids, each looked up by twenty viewers, 32 at once; 1 % are refused',
  kind: 'load',
  latencyMs: 0,
  concurrency: 32,
  lookupsPerOperation: 1,
  operations: undefined,
  suits: always,
  warmUp: () =>
    hotIds.flatMap((id) =>
      Array.from({ length: viewerCount }, (_, viewer) => ({ kind: 'lookup' as const, viewer, ids: [id] })),
    ),
  source: (seed) => {
    const random = createRandom(hash(seed));
    const below = (count: number): number => Math.floor(random() * count);
    return () => ({
      kind: 'lookup',
      viewer: below(viewerCount),
      ids: [hotIds[below(hotIds.length)] ?? ''],
    });
  },
};

/** The files of a new space in each operation, of each viewer in turn. */
const newSpaces =
  (operation: (viewer: number, spaceId: string) => Operation) =>
  (seed: string): (() => Operation) => {
    let count = 0;
    return () => {
      count += 1;
      const viewer = count % viewerCount;
      return operation(viewer, spaceOwnedBy(viewer, `${seed}.${count}`));
    };
  };

/** The subgraph of `hive` has no files. */
const servesFiles = (target: Target): boolean => withoutCache(target) && target.dialect !== 'mesh';

/** Without knowledge of DingTalk's batches each item is a call. */
export const fileWorkloads: readonly Workload[] = [
  {
    name: 'W8',
    what: 'a page of fifty files of a new space with their thumbnails',
    kind: 'load',
    latencyMs: 0,
    concurrency: 4,
    lookupsPerOperation: 1 + pageIds.length,
    operations: undefined,
    suits: servesFiles,
    source: newSpaces((viewer, spaceId) => ({ kind: 'page', viewer, spaceId })),
  },
  {
    name: 'W9',
    what: 'sixty files of a new space by their ids',
    kind: 'load',
    latencyMs: 0,
    concurrency: 4,
    lookupsPerOperation: fileIds.length,
    operations: undefined,
    suits: servesFiles,
    source: newSpaces((viewer, spaceId) => ({ kind: 'files', viewer, spaceId, ids: fileIds })),
  },
];

/** All workloads, in the order of a round. */
export const workloads: readonly Workload[] = [
  coldLookups(1),
  coldLookups(32),
  coldLookups(128),
  fiftyAliases(0),
  fiftyAliases(50),
  oneWave,
  {
    name: 'W3',
    what: 'a thousand requests at once for one new id, upstream 50 ms',
    kind: 'load',
    latencyMs: 50,
    concurrency: 1000,
    lookupsPerOperation: 1,
    operations: 1000,
    suits: always,
    source: (seed) => () => ({ kind: 'lookup', viewer: 0, ids: [idOwnedBy(0, seed)] }),
  },
  hotLookups,
  {
    name: 'W5',
    what: 'a federated `_entities` request of fifty representations over twenty-five new ids',
    kind: 'load',
    latencyMs: 0,
    concurrency: 4,
    lookupsPerOperation: 50,
    operations: undefined,
    suits: ({ federated, dialect }) => federated || dialect === 'rest',
    source: (seed) => newIds(seed, twice('entities')),
  },
  {
    name: 'W6',
    what: 'ten thousand ids by Zipf, 32 at once; 1 % of the lookups are refused',
    kind: 'load',
    latencyMs: 0,
    concurrency: 32,
    lookupsPerOperation: 1,
    operations: undefined,
    suits: always,
    source: (seed) => {
      const random = createRandom(hash(seed));
      const draw = createZipf(zipfIds.length, 1, random);
      return () => {
        const rank = draw();
        const viewer = random() < strangerShare ? strangerToRank(rank) : ownerOfRank(rank);
        return { kind: 'lookup', viewer, ids: [zipfIds[rank] ?? ''] };
      };
    },
  },
  {
    name: 'W7',
    what: 'from the start of the process to the end of its first right answer',
    kind: 'start',
    timed: true,
    latencyMs: 0,
    concurrency: 1,
    lookupsPerOperation: 1,
    operations: 1,
    suits: withoutCache,
    source: (seed) => newIds(seed, (viewer, id) => ({ kind: 'lookup', viewer, ids: [id()] })),
  },
  ...fileWorkloads,
];

/** Whether a target runs at a workload. */
export const takesPart = (target: Target, workload: Workload): boolean =>
  workload.suits(target) && (target.workloads?.includes(workload.name) ?? true);

function hash(text: string): number {
  let value = 0;
  for (const character of text) value = Math.trunc(value * 31 + (character.codePointAt(0) ?? 0)) % 2 ** 32;
  return value;
}
