import * as z from 'zod';
import type { UncacheableEndpoint } from '../../domain/endpoint.ts';
import { isUnionId } from '../../domain/identifiers.ts';
import { usersMeEndpoint } from '../users-me.endpoint.ts';
import { personName, type Person } from './person.ts';

/** The person who has signed in at DingTalk's login page, by their token. */
export const signedInPersonEndpoint: UncacheableEndpoint<unknown, Person> = {
  ...usersMeEndpoint,
  answer: z
    .object({ unionId: z.string().refine(isUnionId), nick: personName })
    .transform(({ unionId, nick }) => ({ unionId, name: nick })),
};
