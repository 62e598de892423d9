/** The part of an object that a `Range` header asks for: from `first` to before `end`. */
export interface ByteRange {
  readonly first: bigint;
  readonly end: bigint;
}

/** Reads `bytes=0-499`, `bytes=500-` and `bytes=-500`. Any other header, or none, asks for the whole object. */
export function readRange(header: string | undefined, bytes: bigint): ByteRange | 'whole' | 'unsatisfiable' {
  const [, from = '', to = ''] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? [];
  if (from === '' && to === '') return 'whole';
  if (from === '') {
    const last = BigInt(to);
    return last === 0n ? 'unsatisfiable' : { first: last < bytes ? bytes - last : 0n, end: bytes };
  }
  const first = BigInt(from);
  const end = to === '' || BigInt(to) >= bytes ? bytes : BigInt(to) + 1n;
  return first < end ? { first, end } : 'unsatisfiable';
}
