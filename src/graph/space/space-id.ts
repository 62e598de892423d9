import { isOpaqueId, type IdKind } from '../scalars/opaque-id.ts';

/** The id of a space. `.` and `..` are refused: escaping leaves them as they are, and in a path they lead elsewhere. */
export const spaceIdKind: IdKind = {
  name: 'spaceId',
  rule: 'spaceId must be a string of 1 to 256 characters, not all blank, none of them a control character, and neither "." nor "..".',
  accepts: (value): value is string => isOpaqueId(value) && value !== '.' && value !== '..',
};
