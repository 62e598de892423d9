import { publicError } from '../../errors/public-error.ts';
import { isOpaqueId } from '../opaque-id.ts';

/**
 * The id, unchanged: ids are opaque, case-sensitive and may hold `+`, `/` and `=`.
 *
 * @throws a public `BAD_USER_INPUT` error that names the argument, never its value.
 */
export function checkOpenConversationId(id: unknown): string {
  if (isOpaqueId(id)) return id;
  const message =
    'openConversationId must be a string of 1 to 256 characters, none of them a control character.';
  throw publicError('BAD_USER_INPUT', message, { argument: 'openConversationId' });
}
