import * as fc from 'fast-check';
import { demoDentryId } from '../../src/sandbox/files/demo-tree.ts';
import { kindOf } from '../../src/sandbox/files/file-kinds.ts';
import { rootId, type Dentry } from '../../src/sandbox/files/dentry.ts';
import { treeOf } from '../../src/sandbox/files/space-trees.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';

/** Two people in one organization, and one of them in a second one. */
export const viewers = [
  { unionId: 'chyxxxxx', corpId: 'ding1234xxxxx' },
  { unionId: 'linxxxxx', corpId: 'ding1234xxxxx' },
  { unionId: 'chyxxxxx', corpId: 'ding5678xxxxx' },
] as const;
export type Viewer = (typeof viewers)[number];

const viewer = fc.constantFrom(...viewers);
const space = fc.constantFrom('a', 'b');
/** The first four places are folders, the next six files of the root. */
const folder = fc.constantFrom(0, 1, 2, 3);
const place = fc.integer({ min: 0, max: 14 });

/** Asks for the list of a folder, or of the root, and for some files. */
const request = fc.record({
  viewer,
  space,
  folder: fc.option(folder),
  places: fc.uniqueArray(place, { minLength: 1, maxLength: 5 }),
  latencyMs: fc.constantFrom(0, 1, 4),
  /** Whether running requests are awaited first, so that their entries are stored. */
  afterTheOthers: fc.boolean(),
  /** Which of two replicas is asked. */
  replica: fc.constantFrom(0, 1),
});
export type FilesRequest = typeof request extends fc.Arbitrary<infer T> ? T : never;

const denial = fc.record({
  unionId: viewer.map(({ unionId }) => unionId),
  space,
  /** None: the whole space. */
  place: fc.option(place, { freq: 8 }),
});

export const history = fc.record({
  denials: fc.array(denial, { maxLength: 12 }),
  requests: fc.array(request, { minLength: 2, maxLength: 10 }),
});
export type Denial = typeof denial extends fc.Arbitrary<infer T> ? T : never;

/** The spaces of one run: entries of an earlier run follow other rules. */
export const spaceIdOf = (run: string, name: string): string => `space.demo.isolation.${run}.${name}`;

/** Forbids at the upstream; returns whether a viewer may not read an id. */
export function deny(
  upstream: Sandbox,
  run: string,
  denials: readonly Denial[],
): (viewer: Viewer, id: string) => boolean {
  const denied = new Set<string>();
  for (const { unionId, space: name, place: at } of denials) {
    const spaceId = spaceIdOf(run, name);
    const id = at === null ? spaceId : demoDentryId(spaceId, at);
    upstream.denyAccess(unionId, id);
    denied.add(`${unionId} ${id}`);
  }
  return ({ unionId }, id) => denied.has(`${unionId} ${id}`);
}

const idOf = (spaceId: string, at: number | null): string =>
  at === null ? rootId : demoDentryId(spaceId, at);

export function queryOf(run: string, { space: name, folder: listed, places }: FilesRequest): string {
  const spaceId = spaceIdOf(run, name);
  const ids = JSON.stringify(places.map((at) => idOf(spaceId, at)));
  return `{
    space(spaceId: "${spaceId}") {
      dentries(parentId: "${idOf(spaceId, listed)}") { nodes { dentryId name thumbnail { url } } }
    }
    dentries(spaceId: "${spaceId}", dentryIds: ${ids}) { name thumbnail { url } parent { name } }
  }`;
}

/** The only right answer, by the rules of the stand-in. */
export function expectedData(
  run: string,
  { viewer: asking, space: name, folder: listed, places }: FilesRequest,
  isDenied: (viewer: Viewer, id: string) => boolean,
  origin: string,
): object {
  const spaceId = spaceIdOf(run, name);
  if (isDenied(asking, spaceId)) return { space: { dentries: null }, dentries: places.map(() => null) };
  const tree = treeOf(spaceId);
  const may = (id: string): boolean => !isDenied(asking, id);
  const thumbnail = ({ id, name: file, isFolder }: Dentry): object | null =>
    !isFolder && kindOf(file).abilities.includes('thumbnail')
      ? { url: `${origin}/thumbnails/${encodeURIComponent(spaceId)}/${id}` }
      : null;
  const folderId = idOf(spaceId, listed);
  const rows = tree?.rows(folderId, { by: 'MODIFIED_TIME', direction: 'DESC' }, 0, 50) ?? [];
  const nodes = rows
    .filter(({ id }) => may(id))
    .map((row) => ({ dentryId: row.id, name: row.name, thumbnail: thumbnail(row) }));
  const dentries = places.map((at) => {
    const dentry = tree?.find(idOf(spaceId, at));
    if (!dentry || !may(dentry.id)) return null;
    const parent = may(dentry.parentId) ? { name: tree?.find(dentry.parentId)?.name } : null;
    return { name: dentry.name, thumbnail: thumbnail(dentry), parent };
  });
  return { space: { dentries: may(folderId) ? { nodes } : null }, dentries };
}
