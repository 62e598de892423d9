/** A queue in which keys take turns, however many items each of them has. */
export interface FairQueue<Item> {
  /** An item that is queued under several keys counts for each of them. */
  readonly size: number;
  /** Whether {@link take} would return an item. */
  readonly hasNext: boolean;
  sizeOf(key: string): number;
  /** How many items come before a new one of this key. */
  ahead(key: string): number;
  add(key: string, item: Item): void;
  /** Takes the first item of the key whose turn it is, of those that `mayStart`. The key goes to the end of the queue. */
  take(): Item | undefined;
  /** Removes an item, if it is still queued. */
  remove(key: string, item: Item): void;
}

export function createFairQueue<Item>(mayStart: (key: string) => boolean): FairQueue<Item> {
  /** A map keeps the order of insertion: its first key has the next turn. */
  const queues = new Map<string, Item[]>();
  let size = 0;

  /** Nearly always the very first key: no list is made of the others. */
  function nextKey(): string | undefined {
    for (const key of queues.keys()) if (mayStart(key)) return key;
    return undefined;
  }

  return {
    get size() {
      return size;
    },
    get hasNext() {
      return nextKey() !== undefined;
    },
    sizeOf: (key) => queues.get(key)?.length ?? 0,
    ahead(key) {
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
      size += 1;
    },
    take() {
      const key = nextKey();
      const items = key === undefined ? undefined : queues.get(key);
      if (key === undefined || !items) return undefined;
      const item = items.shift();
      queues.delete(key);
      if (items.length > 0) queues.set(key, items);
      size -= 1;
      return item;
    },
    remove(key, item) {
      const items = queues.get(key);
      const index = items?.indexOf(item) ?? -1;
      if (!items || index < 0) return;
      items.splice(index, 1);
      if (items.length === 0) queues.delete(key);
      size -= 1;
    },
  };
}
