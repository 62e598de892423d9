/** The most of these moments that are within any one second. */
export function mostInASecond(momentsMs: readonly number[]): number {
  const atMs = momentsMs.toSorted((one, other) => one - other);
  let most = 0;
  let end = 0;
  atMs.forEach((fromMs, first) => {
    while (end < atMs.length && (atMs[end] ?? 0) < fromMs + 1000) end += 1;
    most = Math.max(most, end - first);
  });
  return most;
}
