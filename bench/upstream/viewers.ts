/** The number of viewers in the workloads. */
export const viewerCount = 20;

export const unionIdOf = (viewer: number): string => `union-${viewer}`;

/** An id that names its only viewer: the stand-in checks that no other looks it up. */
export const idOwnedBy = (viewer: number, name: string): string => `cid.demo.${name}.of-${viewer}`;

/** The unionId of an id's only viewer; undefined for ids without one. */
export function ownerOf(id: string): string | undefined {
  const owner = /\.of-(\d+)$/.exec(id)?.[1];
  return owner === undefined ? undefined : unionIdOf(Number(owner));
}
