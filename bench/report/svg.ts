import { figure } from './markdown.ts';
import { rowsOf, type Report, type Row } from './report.ts';

const left = 200;
const plotWidth = 560;
const barHeight = 12;
const gap = 22;

/** A plot of the ratios: a bar for each target of each workload on a logarithmic scale, with its middle half as a line. */
export function svgOf(report: Report): string {
  const rows = rowsOf(report).filter(({ ratio }) => ratio !== undefined);
  const ratios = rows.flatMap(({ ratio }) => (ratio === undefined ? [] : [ratio.q1, ratio.q3, ratio.median]));
  const low = Math.min(0.5, ...ratios.filter((ratio) => ratio > 0));
  const high = Math.max(2, ...ratios) * 1.1;
  const x = (ratio: number): number =>
    left + (Math.log(Math.max(ratio, low) / low) / Math.log(high / low)) * plotWidth;
  const parts: string[] = [];
  let y = 40;
  for (const { name, what } of report.workloads) {
    const group = rows.filter((row) => row.workload === name);
    if (group.length === 0) continue;
    y += gap;
    parts.push(text(8, y - 6, `${name}: ${what}`, 'bold'));
    for (const row of group) {
      parts.push(...bar(row, y, x));
      y += barHeight;
    }
  }
  const height = y + 30;
  const one = x(1);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${left + plotWidth + 90}" height="${height}" font-family="sans-serif" font-size="10">`,
    `<rect width="100%" height="100%" fill="white"/>`,
    text(
      8,
      18,
      'CPU per operation, as a ratio to the limit of the same round (W7: time to the first answer)',
      'bold',
    ),
    `<line x1="${one}" y1="34" x2="${one}" y2="${y + 6}" stroke="#555" stroke-dasharray="3 3"/>`,
    text(one + 3, 34, 'the limit', 'normal'),
    ...parts,
    '</svg>',
    '',
  ].join('\n');
}

function bar({ target, ratio }: Row, y: number, x: (ratio: number) => number): string[] {
  if (ratio === undefined) return [];
  const from = Math.min(x(1), x(ratio.median));
  const width = Math.abs(x(ratio.median) - x(1));
  const fill = target === 'limit' ? '#999' : target.startsWith('gateway') ? '#2a7' : '#69c';
  const middle = y + barHeight / 2;
  return [
    text(60, y + 9, target, 'normal'),
    `<rect x="${from.toFixed(1)}" y="${y + 1}" width="${Math.max(1, width).toFixed(1)}" height="${barHeight - 3}" fill="${fill}"/>`,
    `<line x1="${x(ratio.q1).toFixed(1)}" y1="${middle}" x2="${x(ratio.q3).toFixed(1)}" y2="${middle}" stroke="black"/>`,
    text(Math.max(x(ratio.q3), x(1)) + 5, y + 9, figure(ratio.median), 'normal'),
  ];
}

const text = (x: number, y: number, words: string, weight: 'bold' | 'normal'): string =>
  `<text x="${x.toFixed(1)}" y="${y}" font-weight="${weight}">${escape(words)}</text>`;

const escape = (words: string): string =>
  words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
