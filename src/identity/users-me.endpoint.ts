import * as z from 'zod';
import type { Endpoint } from '../domain/endpoint.ts';
import { isUnionId } from '../domain/identifiers.ts';

/**
 * The person to whom the call's token belongs. Not repeatable: a check that failed is left to the client's next request.
 *
 * @see https://open.dingtalk.com/document/orgapp/dingtalk-retrieve-user-information
 */
export const usersMeEndpoint: Endpoint<unknown, { unionId: string }> = {
  name: 'usersMe',
  method: 'GET',
  path: () => '/v1.0/contact/users/me',
  operator: undefined,
  answer: z.object({ unionId: z.string().refine(isUnionId) }),
  repeatable: false,
  freshMs: 'never',
  refusals: {},
};
