/** How many people the workloads ask for. */
export const viewerCount = 20;

export const unionIdOf = (viewer: number): string => `union-${viewer}`;

/** An id that only one viewer asks for, and that says so: the stand-in checks it. */
export const idOwnedBy = (viewer: number, name: string): string => `cid.demo.${name}.of-${viewer}`;

/** The unionId that alone may ask for an id; undefined for ids that belong to nobody. */
export function ownerOf(id: string): string | undefined {
  const owner = /\.of-(\d+)$/.exec(id)?.[1];
  return owner === undefined ? undefined : unionIdOf(Number(owner));
}
