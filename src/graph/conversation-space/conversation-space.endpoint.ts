import { z } from 'zod';
import { DingTalkError } from '../../dingtalk/dingtalk-error.ts';
import type { Endpoint } from '../../dingtalk/endpoint.ts';
import { parseUpstreamTime } from '../../dingtalk/upstream-time.ts';
import type { Space, UpstreamTime } from './space.type.ts';

/** A time that cannot be read, whatever its type, must not cost the rest of the space. */
const time = z.optional(z.unknown()).transform((value): UpstreamTime => {
  if (value === undefined || value === null || value === '') return null;
  const moment = typeof value === 'string' ? parseUpstreamTime(value) : undefined;
  return (
    moment ?? new DingTalkError('malformed-response', { reason: 'a time is in none of the known forms' })
  );
});

const getSpaceBody = z
  .object({
    space: z.object({
      spaceId: z.string().min(1),
      corpId: z.string().min(1),
      createTime: time,
      modifiedTime: time,
    }),
  })
  .transform(({ space }): Space => space);

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
  answer: getSpaceBody,
  // A read, although it is a POST.
  repeatable: true,
};
