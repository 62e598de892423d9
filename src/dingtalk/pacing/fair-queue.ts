/** A line of calls in which viewers take turns, however many calls each of them has in it. */
export interface FairQueue<Call> {
  readonly size: number;
  /** How many calls have their turn before a new one of this viewer. */
  ahead(viewerKey: string): number;
  add(viewerKey: string, call: Call): void;
  /** How many calls of this viewer wait. */
  waitingOf(viewerKey: string): number;
  /** Whether a viewer waits that `mayStart` lets through. */
  hasNext(mayStart: (viewerKey: string) => boolean): boolean;
  /** The first call of the viewer whose turn it is, of those that `mayStart` lets through; it goes to the back of the line. */
  take(mayStart?: (viewerKey: string) => boolean): Call | undefined;
  /** Takes one call out, if it is still in the line. */
  remove(viewerKey: string, call: Call): void;
}

export function createFairQueue<Call>(): FairQueue<Call> {
  /** A map keeps the order of insertion: its first key is the viewer whose turn it is. */
  const line = new Map<string, Call[]>();
  let size = 0;
  return {
    get size() {
      return size;
    },
    ahead(viewerKey) {
      const own = line.get(viewerKey)?.length ?? 0;
      // A viewer with more calls in line has one in each round up to ours; ours may come before its last.
      let ahead = 0;
      for (const calls of line.values()) ahead += Math.min(calls.length, own + 1);
      return ahead;
    },
    add(viewerKey, call) {
      const calls = line.get(viewerKey);
      if (calls) calls.push(call);
      else line.set(viewerKey, [call]);
      size += 1;
    },
    waitingOf: (viewerKey) => line.get(viewerKey)?.length ?? 0,
    hasNext: (mayStart) => firstOf(line.keys(), mayStart) !== undefined,
    take(mayStart = () => true) {
      const viewerKey = firstOf(line.keys(), mayStart);
      const calls = viewerKey === undefined ? undefined : line.get(viewerKey);
      if (viewerKey === undefined || !calls) return undefined;
      const call = calls.shift();
      line.delete(viewerKey);
      if (calls.length > 0) line.set(viewerKey, calls);
      size -= 1;
      return call;
    },
    remove(viewerKey, call) {
      const calls = line.get(viewerKey);
      const index = calls?.indexOf(call) ?? -1;
      if (!calls || index < 0) return;
      calls.splice(index, 1);
      if (calls.length === 0) line.delete(viewerKey);
      size -= 1;
    },
  };
}

/** Nearly always the very first one: no list is made of the others. */
function firstOf(viewerKeys: Iterable<string>, mayStart: (viewerKey: string) => boolean): string | undefined {
  for (const viewerKey of viewerKeys) if (mayStart(viewerKey)) return viewerKey;
  return undefined;
}
