/** True when it is asked for a key for the first time. */
export type FirstAsks = (key: string) => boolean;

/** No key asked for yet. It remembers every key: use it for a fixed few. */
export function createFirstAsks(): FirstAsks {
  const asked = new Set<string>();

  return (key) => {
    if (asked.has(key)) return false;
    asked.add(key);
    return true;
  };
}
