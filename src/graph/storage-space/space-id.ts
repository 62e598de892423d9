import { publicError } from '../../errors/public-error.ts';
import { isOpaqueId } from '../opaque-id.ts';

/**
 * The id, unchanged. `.` and `..` are refused: escaping leaves them as they are, and in a path they lead elsewhere.
 *
 * @throws a public `BAD_USER_INPUT` error that names the key, never its value.
 */
export function checkSpaceId(id: unknown): string {
  if (isOpaqueId(id) && id !== '.' && id !== '..') return id;
  const message =
    'spaceId must be a string of 1 to 256 characters, none of them a control character, and neither "." nor "..".';
  throw publicError('BAD_USER_INPUT', message, { argument: 'spaceId' });
}
