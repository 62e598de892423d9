/**
 * Others who wait for one call as well, and whose turn in the rate limiter it may take: the clients of one viewer share a
 * call, and none of them waits in another one's place.
 */
export class JoinedTurns {
  readonly #turnKeys = new Set<string>();
  #onJoined: ((turnKey: string) => void) | undefined;

  join(turnKey: string): void {
    if (this.#turnKeys.has(turnKey)) return;
    this.#turnKeys.add(turnKey);
    this.#onJoined?.(turnKey);
  }

  /** Calls `onJoined` with everyone who has joined, and with those to come, until {@link forget}. There is one follower. */
  follow(onJoined: (turnKey: string) => void): void {
    this.#onJoined = onJoined;
    for (const turnKey of this.#turnKeys) this.#onJoined?.(turnKey);
  }

  forget(): void {
    this.#onJoined = undefined;
  }
}
