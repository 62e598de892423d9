import { isOpaqueId, type IdKind } from '../scalars/opaque-id.ts';

/** The id of a group chat: opaque, case-sensitive, and it may hold `+`, `/` and `=`. */
export const openConversationIdKind: IdKind = {
  name: 'openConversationId',
  rule: 'openConversationId must be a string of 1 to 256 characters, not all blank, none of them a control character.',
  accepts: isOpaqueId,
};
