/** A line of calls in which viewers take turns, however many calls each of them has in it. */
export interface FairQueue<Call> {
  readonly size: number;
  /** How many calls have their turn before a new one of this viewer. */
  ahead(viewerKey: string): number;
  add(viewerKey: string, call: Call): void;
  /** The first call of the viewer whose turn it is; the viewer goes to the back of the line. */
  take(): Call | undefined;
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
    take() {
      const [first] = line;
      if (!first) return undefined;
      const [viewerKey, calls] = first;
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
