import type { Question } from './question.ts';
import { zipfClasses } from './zipf.ts';

/** Organizations of one size, as the question that each of them would ask. */
export interface OrganizationClass {
  readonly question: Question;
  readonly count: number;
}

/** Organizations by size: the second has half as many people and groups as the first, the third a third. */
export function organizationClasses(question: Question): OrganizationClass[] {
  const { organizations, users, groups, groupsPerUser } = question;
  return zipfClasses(organizations, 1).map(({ amount, count }) => {
    const partOf = (whole: number): number => Math.max(1, Math.round(whole * amount));
    const own = { users: partOf(users), groups: partOf(groups), organizations: 1 };
    return {
      question: { ...question, ...own, groupsPerUser: Math.min(own.groups, groupsPerUser) },
      count,
    };
  });
}
