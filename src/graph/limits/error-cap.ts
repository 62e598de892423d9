/**
 * Bounds the entries in `errors` of one request. Further failed fields are null and counted.
 *
 * A list may repeat one failure for each of its items, and an error costs a hundred times what an item does: it is
 * located, logged and formatted. So errors that `MAX_ERRORS` would cut from the answer are not created.
 */
export class ErrorCap {
  #left: number;
  #omitted = 0;

  constructor(maxErrors: number) {
    this.#left = maxErrors;
  }

  /** Fields that failed without an entry. */
  get omitted(): number {
    return this.#omitted;
  }

  /** Takes one entry; false where none is left. */
  admits(): boolean {
    if (this.#left === 0) {
      this.#omitted += 1;
      return false;
    }
    this.#left -= 1;
    return true;
  }

  /** Null in place of an error that gets no entry. @throws `error` where it gets one. */
  orNull(error: unknown): null {
    if (this.admits()) throw error;
    return null;
  }
}
