/** Ranks that differ little, each with the same amount. */
export interface ZipfClass {
  readonly amount: number;
  /** The number of such ranks. */
  readonly count: number;
}

const mostClasses = 200;

/** Divides `total` by Zipf's law: the second rank has half as much as the first, the third a third. */
export function zipfClasses(ranks: number, total: number): ZipfClass[] {
  let weights = 0;
  for (let rank = 1; rank <= ranks; rank += 1) weights += 1 / rank;
  const classes: ZipfClass[] = [];
  // Low ranks differ little: they are grouped, in groups that grow with the rank.
  const growth = ranks <= mostClasses ? 0 : 4 / mostClasses + Math.log(ranks) / mostClasses;
  for (let first = 1; first <= ranks;) {
    const beyond = Math.min(ranks + 1, first + 1 + Math.floor(first * growth));
    let weight = 0;
    for (let rank = first; rank < beyond; rank += 1) weight += 1 / rank;
    const count = beyond - first;
    classes.push({ amount: (total * weight) / weights / count, count });
    first = beyond;
  }
  return classes;
}
