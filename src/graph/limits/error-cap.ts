/** Bounds the entries in `errors` of one request. Further failed fields are null and counted. */
export interface ErrorCap {
  /** Fields that failed without an entry. */
  readonly omitted: number;
  /** Takes one entry; false where none is left. */
  admits(): boolean;
  /** Null in place of an error that gets no entry. @throws `error` where it gets one. */
  orNull(error: unknown): null;
}

/**
 * A list may repeat one failure for each of its items, and an error costs a hundred times what an item does: it is
 * located, logged and formatted. So errors that `MAX_ERRORS` would cut from the answer are not created.
 */
export function createErrorCap(maxErrors: number): ErrorCap {
  let left = maxErrors;
  let omitted = 0;
  function admits(): boolean {
    if (left === 0) {
      omitted += 1;
      return false;
    }
    left -= 1;
    return true;
  }
  return {
    get omitted() {
      return omitted;
    },
    admits,
    orNull(error) {
      if (admits()) throw error;
      return null;
    },
  };
}
