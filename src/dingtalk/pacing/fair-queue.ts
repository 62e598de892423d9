/** A queue in which keys take turns, however many calls each of them has in it. */
export interface FairQueue<Call> {
  readonly size: number;
  /** How many calls have their turn before a new one of this viewer. */
  ahead(key: string): number;
  add(key: string, call: Call): void;
  /** How many calls of this viewer wait. */
  waitingOf(key: string): number;
  /** Whether a viewer waits that `mayStart` lets through. */
  hasNext(mayStart: (key: string) => boolean): boolean;
  /** The first call of the viewer whose turn it is, of those that `mayStart` lets through; it goes to the back of the line. */
  take(mayStart?: (key: string) => boolean): Call | undefined;
  /** Takes one call out, if it is still in the line. */
  remove(key: string, call: Call): void;
}

export function createFairQueue<Call>(): FairQueue<Call> {
  /** A map keeps the order of insertion: its first key has the next turn. */
  const line = new Map<string, Call[]>();
  let size = 0;
  return {
    get size() {
      return size;
    },
    ahead(key) {
      const own = line.get(key)?.length ?? 0;
      // Another key has one call in each round up to ours, so at most as many as we have, and one.
      let ahead = 0;
      for (const calls of line.values()) ahead += Math.min(calls.length, own + 1);
      return ahead;
    },
    add(key, call) {
      const calls = line.get(key);
      if (calls) calls.push(call);
      else line.set(key, [call]);
      size += 1;
    },
    waitingOf: (key) => line.get(key)?.length ?? 0,
    hasNext: (mayStart) => firstOf(line.keys(), mayStart) !== undefined,
    take(mayStart = () => true) {
      const key = firstOf(line.keys(), mayStart);
      const calls = key === undefined ? undefined : line.get(key);
      if (key === undefined || !calls) return undefined;
      const call = calls.shift();
      line.delete(key);
      if (calls.length > 0) line.set(key, calls);
      size -= 1;
      return call;
    },
    remove(key, call) {
      const calls = line.get(key);
      const index = calls?.indexOf(call) ?? -1;
      if (!calls || index < 0) return;
      calls.splice(index, 1);
      if (calls.length === 0) line.delete(key);
      size -= 1;
    },
  };
}

/** Nearly always the very first one: no list is made of the others. */
function firstOf(viewerKeys: Iterable<string>, mayStart: (viewerKey: string) => boolean): string | undefined {
  for (const viewerKey of viewerKeys) if (mayStart(viewerKey)) return viewerKey;
  return undefined;
}
