/**
 * Draws ranks from 0 to `count - 1`. Rank `r` is `(r + 1) ** exponent` times rarer than the first, a common distribution
 * of popularity.
 */
export function createZipf(count: number, exponent: number, random: () => number): () => number {
  const upTo = new Float64Array(count);
  let total = 0;
  for (let rank = 0; rank < count; rank += 1) {
    total += 1 / (rank + 1) ** exponent;
    upTo[rank] = total;
  }
  return () => {
    const wanted = random() * total;
    let low = 0;
    let high = count - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((upTo[middle] ?? total) > wanted) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}
