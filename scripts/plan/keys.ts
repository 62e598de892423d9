import type { Question } from './question.ts';
import { zipfClasses } from './zipf.ts';

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

/** The entries of all processes where each has a cache alone: each is asked for its part of the opens. */
export const apart = (classes: readonly KeyClass[], replicas: number): KeyClass[] =>
  classes.map(({ opensPerDay, count }) => ({ opensPerDay: opensPerDay / replicas, count: count * replicas }));

const shares = (ranks: number, opensPerDay: number, timesEach: number): KeyClass[] =>
  zipfClasses(ranks, opensPerDay).map(({ amount, count }) => ({
    opensPerDay: amount,
    count: count * timesEach,
  }));
