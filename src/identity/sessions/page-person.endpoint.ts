import * as z from 'zod';
import { isUnionId } from '../../domain/identifiers.ts';
import type { LegacyEndpoint } from '../../domain/legacy-endpoint.ts';
import { notMemberRefusals } from './not-member.ts';
import { personName, type Person } from './person.ts';

/**
 * The person who has opened a page inside DingTalk, by the code of the JSAPI `requestAuthCode`. A code works once and for
 * five minutes, in the organization of the page.
 *
 * @see https://open.dingtalk.com/document/orgapp/obtain-the-userid-of-a-user-by-using-the-log-free
 */
export const pagePersonEndpoint: LegacyEndpoint<{ readonly code: string }, Person> = {
  name: 'getUserInfo',
  path: '/topapi/v2/user/getuserinfo',
  body: ({ code }) => ({ code }),
  result: z
    .object({ unionid: z.string().refine(isUnionId), name: personName })
    .transform(({ unionid, name }) => ({ unionId: unionid, name })),
  scope: 'qyapi_base',
  repeatable: false,
  refusals: {
    ...notMemberRefusals,
    '40078': {
      kind: 'bad-argument',
      code: 'UNAUTHENTICATED',
      message: 'The code is wrong, used or expired: ask DingTalk for a new one.',
      argument: 'authCode',
    },
  },
};
