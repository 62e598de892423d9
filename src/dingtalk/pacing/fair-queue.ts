/** A queue in which keys take turns, however many items each of them has. */
export interface FairQueue<Item> {
  /** An item that is queued under several keys counts once. */
  readonly size: number;
  /** How many items could be taken now, at most `limit`. */
  startable(limit: number): number;
  sizeOf(key: string): number;
  /** How many items come before a new one of this key. */
  ahead(key: string): number;
  add(key: string, item: Item): void;
  /** Takes the first item of the key whose turn it is, of those that have some `left`. The key goes to the end of the queue. */
  take(): Item | undefined;
  /** Removes an item, if it is still queued. */
  remove(key: string, item: Item): void;
}

/** `left`: how many items of a key may be taken. */
export function createFairQueue<Item>(left: (key: string) => number): FairQueue<Item> {
  /** A map keeps the order of insertion: its first key has the next turn. */
  const queues = new Map<string, Item[]>();
  /** Under how many keys an item is queued. */
  const places = new Map<Item, number>();
  /** Of all items: more than there are items where one is queued under several keys. */
  let totalPlaces = 0;

  function leavePlace(item: Item): void {
    totalPlaces -= 1;
    const left = (places.get(item) ?? 1) - 1;
    if (left > 0) places.set(item, left);
    else places.delete(item);
  }

  /** Plays the turns before a new item of this key: an item that one key takes leaves the queues of the others. */
  function playedAhead(key: string): number {
    const taken = new Set<Item>();
    const rest = new Map([...queues].map(([each, items]) => [each, [...items]]));
    if (!rest.has(key)) rest.set(key, []);
    for (;;) {
      for (const [each, items] of rest) {
        let next = items.shift();
        while (next !== undefined && taken.has(next)) next = items.shift();
        if (next !== undefined) taken.add(next);
        else if (each === key) return taken.size;
        else rest.delete(each);
      }
    }
  }

  /** Nearly always the very first key: no list is made of the others. */
  function nextKey(): string | undefined {
    for (const key of queues.keys()) if (left(key) > 0) return key;
    return undefined;
  }

  return {
    get size() {
      return places.size;
    },
    startable(limit) {
      let most = 0;
      for (const [key, items] of queues) {
        if (most >= limit) break;
        most += Math.max(0, Math.min(items.length, left(key)));
      }
      // Not the sum where an item has several keys.
      return Math.min(most, places.size, limit);
    },
    sizeOf: (key) => queues.get(key)?.length ?? 0,
    ahead(key) {
      if (totalPlaces > places.size) return playedAhead(key);
      const own = queues.get(key)?.length ?? 0;
      // Each round takes one item of each key, and the new item comes in round `own + 1`.
      let ahead = 0;
      for (const items of queues.values()) ahead += Math.min(items.length, own + 1);
      return ahead;
    },
    add(key, item) {
      const items = queues.get(key);
      if (items) items.push(item);
      else queues.set(key, [item]);
      places.set(item, (places.get(item) ?? 0) + 1);
      totalPlaces += 1;
    },
    take() {
      const key = nextKey();
      const items = key === undefined ? undefined : queues.get(key);
      const item = items?.shift();
      if (key === undefined || !items || item === undefined) return undefined;
      queues.delete(key);
      if (items.length > 0) queues.set(key, items);
      leavePlace(item);
      return item;
    },
    remove(key, item) {
      const items = queues.get(key);
      const index = items?.indexOf(item) ?? -1;
      if (!items || index < 0) return;
      items.splice(index, 1);
      if (items.length === 0) queues.delete(key);
      leavePlace(item);
    },
  };
}
