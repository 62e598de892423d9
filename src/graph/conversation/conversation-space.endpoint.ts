import * as z from 'zod';
import { codec } from '../../domain/codec.ts';
import type { Endpoint } from '../../domain/endpoint.ts';
import { upstreamTimeBody } from '../scalars/upstream-time-body.ts';
import type { Space } from '../space/space.type.ts';

const getSpaceBody = z.codec(
  z.object({
    space: z.object({
      spaceId: z.string().min(1),
      corpId: z.string().min(1),
      createTime: upstreamTimeBody,
      modifiedTime: upstreamTimeBody,
    }),
  }),
  z.custom<Space>(),
  { decode: ({ space }) => space, encode: (space) => ({ space }) },
);

/**
 * The storage space of one group chat. One id a call: DingTalk has no batch.
 *
 * @see https://open.dingtalk.com/document/isvapp/obtain-group-storage-space-information
 */
export const conversationSpaceEndpoint: Endpoint<{ openConversationId: string }, Space> = {
  name: 'conversationSpace',
  method: 'POST',
  path: () => '/v1.0/convFile/conversations/spaces/query',
  body: ({ openConversationId }) => ({ openConversationId }),
  operator: 'unionId',
  answer: codec(getSpaceBody),
  // A read, although it is a POST.
  repeatable: true,
  goesOnAlone: true,
  refusals: {
    'paramError.conversationId': {
      kind: 'bad-argument',
      message: 'DingTalk refuses this openConversationId: copy it unchanged, case and padding included.',
      argument: 'openConversationId',
    },
    permissionDenied: {
      kind: 'forbidden',
      message:
        "The operator may not read this group's space: ask as a member of the group, or have the permission granted.",
    },
    acrossOrgAccessForbidden: {
      kind: 'cross-organization',
      message: 'The group belongs to another organization: ask as an operator of that organization.',
    },
    conversationNotExist: {
      kind: 'not-found',
      code: 'CONVERSATION_NOT_FOUND',
      message: 'There is no such group: check the openConversationId, case included.',
    },
  },
};
