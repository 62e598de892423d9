import * as z from 'zod';
import type { UncacheableEndpoint } from '../domain/endpoint.ts';
import { isUnionId } from '../domain/identifiers.ts';

/**
 * The person to whom the call's token belongs. Not repeatable: after a failed check, the client's next request tries again.
 *
 * @see https://open.dingtalk.com/document/orgapp/dingtalk-retrieve-user-information
 */
export const usersMeEndpoint: UncacheableEndpoint<unknown, { unionId: string }> = {
  name: 'usersMe',
  method: 'GET',
  path: () => '/v1.0/contact/users/me',
  operator: undefined,
  answer: z.object({ unionId: z.string().refine(isUnionId) }),
  repeatable: false,
  freshness: 'never',
  refusals: {},
};
