import type { GraphQLError } from 'graphql';
import { publicError } from '../../errors/public-error.ts';

/** One kind of id: its valid values, and the rule that clients read when a value is invalid. */
export interface IdKind {
  /** The name of the argument or key field. */
  readonly name: string;
  readonly rule: string;
  readonly accepts: (value: unknown) => value is string;
}

/** Whole Unicode characters: no control character, no lone surrogate (it would not survive UTF-8). */
const acceptable = /^[^\p{Cc}\p{Cs}]{1,256}$/u;

/** Whether `value` can be one of DingTalk's ids: opaque, 1 to 256 characters, not blank. */
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
