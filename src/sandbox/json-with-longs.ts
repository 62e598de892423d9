const mark = '\u0000long:';
const marked = /"\\u0000long:(-?\d+)"/g;

/** JSON in which a bigint is a number with all its digits, as Java writes a Long. */
export function jsonWithLongs(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'bigint' ? `${mark}${part}` : part,
  ).replaceAll(marked, '$1');
}
