import type { GraphQLError } from 'graphql';
import { publicError } from '../../errors/public-error.ts';

/** One kind of id: which values can be one, and the rule that a client is shown for those that cannot. */
export interface IdKind {
  /** Of the argument or key field that holds it. */
  readonly name: string;
  readonly rule: string;
  readonly accepts: (value: unknown) => value is string;
}

/** Whole Unicode characters, no control character, no half of a surrogate pair (it would not survive UTF-8). */
const acceptable = /^[^\p{Cc}\p{Cs}]{1,256}$/u;

/** True for what may be an id of DingTalk's: opaque, so of any shape, but 1 to 256 characters fit for a request, and not blank. */
export const isOpaqueId = (value: unknown): value is string =>
  typeof value === 'string' && acceptable.test(value) && value.trim() !== '';

/**
 * The id, unchanged.
 *
 * @throws a public `BAD_USER_INPUT` error that names the argument, never its value.
 */
export function checkId(kind: IdKind, value: unknown): string {
  if (kind.accepts(value)) return value;
  throw badId(kind);
}

export const badId = ({ name, rule }: IdKind): GraphQLError =>
  publicError('BAD_USER_INPUT', rule, { argument: name });
