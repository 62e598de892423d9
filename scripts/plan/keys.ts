import type { Question } from './question.ts';

/** Cache entries that are opened equally often. */
export interface KeyClass {
  /** The opens of one of them on a working day. */
  readonly opensPerDay: number;
  /** The number of such entries. */
  readonly count: number;
}

/**
 * The entries of a cache, by how often they are opened.
 *
 * An entry belongs to one viewer and one group. A person's groups, and the groups of those who share an operator, are
 * opened by Zipf's law: the second half as often as the first, the third a third as often.
 */
export function keyClasses(question: Question): KeyClass[] {
  const { users, groups, opensPerDay, groupsPerUser, viewerShare } = question;
  const themselves = Math.round(users * viewerShare);
  const opensOfShared = (users - themselves) * opensPerDay;
  return [
    ...(themselves === 0 ? [] : shares(groupsPerUser, opensPerDay, themselves)),
    ...(opensOfShared === 0 ? [] : shares(groups, opensOfShared, 1)),
  ];
}

const mostClasses = 200;

/** Low ranks differ little: they are grouped, in groups that grow with the rank. */
function shares(ranks: number, opensPerDay: number, timesEach: number): KeyClass[] {
  let weights = 0;
  for (let rank = 1; rank <= ranks; rank += 1) weights += 1 / rank;
  const classes: KeyClass[] = [];
  const growth = ranks <= mostClasses ? 0 : 4 / mostClasses + Math.log(ranks) / mostClasses;
  for (let first = 1; first <= ranks;) {
    const beyond = Math.min(ranks + 1, first + 1 + Math.floor(first * growth));
    let weight = 0;
    for (let rank = first; rank < beyond; rank += 1) weight += 1 / rank;
    const together = beyond - first;
    classes.push({ opensPerDay: (opensPerDay * weight) / weights / together, count: together * timesEach });
    first = beyond;
  }
  return classes;
}
