/** The summary of a series of measurements: median, quartiles and extremes. */
export interface Summary {
  readonly median: number;
  readonly q1: number;
  readonly q3: number;
  readonly min: number;
  readonly max: number;
  readonly count: number;
}

/** The value below which the share `q` (0 to 1) lies, interpolated between neighbours. Throws for an empty series. */
export function quantile(values: readonly number[], q: number): number {
  if (values.length === 0) throw new RangeError('a series without values has no quantile');
  const sorted = values.toSorted((a, b) => a - b);
  const position = (sorted.length - 1) * q;
  const below = sorted[Math.floor(position)] ?? NaN;
  const above = sorted[Math.ceil(position)] ?? NaN;
  return below + (above - below) * (position - Math.floor(position));
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

export function summarize(values: readonly number[]): Summary {
  return {
    median: median(values),
    q1: quantile(values, 0.25),
    q3: quantile(values, 0.75),
    min: quantile(values, 0),
    max: quantile(values, 1),
    count: values.length,
  };
}

/** How far the middle half reaches from the median at most, as a share of the median. */
export const widthOf = ({ median, q1, q3 }: Summary): number => Math.max(q3 - median, median - q1) / median;

/**
 * Each round's value over the reference's value of the same round; rounds that only one of the two has are omitted.
 *
 * A disturbance of the machine affects both, and so hardly the ratio.
 */
export function ratiosWithinRounds(
  values: ReadonlyMap<number, number>,
  reference: ReadonlyMap<number, number>,
): number[] {
  const ratios: number[] = [];
  for (const [round, value] of values) {
    const base = reference.get(round);
    if (base !== undefined && base > 0) ratios.push(value / base);
  }
  return ratios;
}
