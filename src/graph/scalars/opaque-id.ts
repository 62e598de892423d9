import { publicError, type PublicError } from '../../errors/public-error.ts';

/** One kind of id: its valid values, and the rule that clients read when a value is invalid. */
export interface IdKind<Name extends string = string> {
  /** The name of the argument or key field. */
  readonly name: Name;
  readonly rule: string;
  readonly accepts: (value: unknown) => value is string;
}

/** Whole Unicode characters: no control character, no lone surrogate (it would not survive UTF-8). */
const acceptable = /^[^\p{Cc}\p{Cs}]{1,256}$/u;

const isOpaqueId = (value: unknown): value is string =>
  typeof value === 'string' && acceptable.test(value) && value.trim() !== '';

/** An id of DingTalk's: opaque and case-sensitive. */
export const idKind = <Name extends string>(name: Name): IdKind<Name> => ({
  name,
  rule: `${name} must be a string of 1 to 256 characters, not all blank, none of them a control character.`,
  accepts: isOpaqueId,
});

/** An id that is a segment of a path. `.` and `..` are refused: escaping does not change them, and they lead elsewhere. */
export const pathIdKind = <Name extends string>(name: Name): IdKind<Name> => ({
  name,
  rule: `${name} must be a string of 1 to 256 characters, not all blank, none of them a control character, and neither "." nor "..".`,
  accepts: (value): value is string => isOpaqueId(value) && value !== '.' && value !== '..',
});

/**
 * The id, unchanged.
 *
 * @throws a public `BAD_USER_INPUT` error that names the argument, never its value.
 */
export function checkId(kind: IdKind, value: unknown): string {
  if (kind.accepts(value)) return value;
  throw badId(kind);
}

export const badId = ({ name, rule }: IdKind): PublicError =>
  publicError('BAD_USER_INPUT', rule, { argument: name });
