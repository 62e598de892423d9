import * as z from 'zod';
import type { LegacyEndpoint } from '../../domain/legacy-endpoint.ts';
import { notMemberRefusals } from './not-member.ts';

/** DingTalk's words for an outside contact of the organization; it writes numbers in quotes, too. */
const external = z.union([z.literal(1), z.literal('1')]);

/**
 * Whether a person is a member of the application's organization.
 *
 * @see https://open.dingtalk.com/document/orgapp/query-a-user-by-the-union-id
 */
export const memberEndpoint: LegacyEndpoint<{ readonly unionId: string }, { readonly isMember: boolean }> = {
  name: 'getByUnionId',
  path: '/topapi/user/getbyunionid',
  body: ({ unionId }) => ({ unionid: unionId }),
  result: z
    .object({ userid: z.string().min(1), contact_type: z.unknown().optional() })
    .transform(({ contact_type: type }) => ({ isMember: !external.safeParse(type).success })),
  scope: 'qyapi_get_member',
  repeatable: true,
  refusals: notMemberRefusals,
};
