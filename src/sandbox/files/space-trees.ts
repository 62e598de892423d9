import { sandboxCredentials } from '../credentials.ts';
import { demoSpaceId, demoTimes, isDemoSpace } from '../demo-space.ts';
import { bigTree } from './big-tree.ts';
import { demoDentries } from './demo-tree.ts';
import { exampleSpaceId } from './example-rows.ts';
import { exampleTree } from './example-tree.ts';
import { listedTree, rootOf, type SpaceTree } from './space-tree.ts';

/** The made-up spaces that behave unlike the others. */
type SpecialSpace = 'big' | 'shortPage' | 'repeatedRow';
const specialNames: readonly SpecialSpace[] = ['big', 'shortPage', 'repeatedRow'];
const special = new Map<string, SpecialSpace>(
  specialNames.flatMap((name) => [
    [demoSpaceId(`cid.demo.${name}`), name],
    [`space.demo.${name}`, name],
  ]),
);

/** What is special about a made-up space, if anything. */
export const specialSpace = (spaceId: string): SpecialSpace | undefined => special.get(spaceId);

/** The files of a space, computed at each call; undefined if there is no such space. */
export function treeOf(spaceId: string): SpaceTree | undefined {
  if (spaceId === exampleSpaceId) return exampleTree;
  if (!isDemoSpace(spaceId)) return undefined;
  if (specialSpace(spaceId) === 'big') return bigTree(spaceId);
  const root = rootOf(spaceId, sandboxCredentials.operatorUnionId, demoTimes(spaceId).createdS);
  return listedTree(root, demoDentries(spaceId));
}
