import type { EndedLookup } from '../../cache/lookup-report.ts';

/** Until when a cache in front may reuse the answer to one request: as long as each of its lookups allows. */
export class AnswerFreshness {
  #untilMs: number | undefined;

  ended({ reusableUntilMs }: Pick<EndedLookup, 'reusableUntilMs'>): void {
    this.#untilMs = Math.min(this.#untilMs ?? Infinity, reusableUntilMs);
  }

  /** The answer has an error: the next request may do better. */
  failed(): void {
    this.#untilMs = -Infinity;
  }

  /** By the process's clock. `-Infinity`: no cache may, or nothing was looked up. */
  get reusableUntilMs(): number {
    return this.#untilMs ?? -Infinity;
  }
}
