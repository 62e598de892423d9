import type { Summary } from '../statistics.ts';

/** Three significant digits. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : size === 0 ? 0 : 3);
}

/** The median, in brackets the middle half. */
export const spread = ({ median, q1, q3 }: Summary): string =>
  `${figure(median)} (${figure(q1)}–${figure(q3)})`;

export function table(head: readonly string[], lines: readonly (readonly string[])[]): string[] {
  return [row(head), row(head.map(() => '---')), ...lines.map(row)];
}

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
