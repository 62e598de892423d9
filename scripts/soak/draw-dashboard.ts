import { readFile } from 'node:fs/promises';
import { chromium } from 'playwright-core';
import type { PrometheusProcess, Series } from '../support/prometheus-process.ts';

const file = 'deploy/grafana/dashboard.json';
/** Debian's. */
const executablePath = '/usr/bin/chromium';
const columns = 24;
const [columnPx, rowPx, gapPx] = [52, 24, 6];
const points = 160;
const colours = ['#73bf69', '#f2cc0c', '#5794f2', '#ff9830', '#f2495c', '#b877d9', '#8ab8ff', '#96d98d'];

interface Panel {
  readonly type: string;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly fieldConfig: {
    readonly defaults: {
      readonly unit: string;
      readonly custom?: { readonly stacking?: { readonly mode: string } };
      readonly mappings?: readonly { readonly options: Readonly<Record<string, Mapping>> }[];
      readonly thresholds?: {
        readonly steps: readonly { readonly value: number | null; readonly color: string }[];
      };
    };
  };
  readonly targets: readonly { readonly expr: string; readonly legendFormat: string }[];
}

interface Mapping {
  readonly text: string;
  readonly color: string;
}

interface Drawn {
  readonly name: string;
  /** Time in seconds and value. */
  readonly values: readonly (readonly [number, number])[];
}

interface Times {
  readonly from: number;
  readonly to: number;
}

/**
 * Draws the dashboard over the last `seconds` into a picture: its own queries, places, units and colours, but not by
 * Grafana.
 */
export async function drawDashboard(
  prometheus: PrometheusProcess,
  seconds: number,
  picture: string,
): Promise<void> {
  const { panels } = JSON.parse(await readFile(file, 'utf8')) as { panels: readonly Panel[] };
  const to = Date.now() / 1000;
  const times = { from: to - seconds, to };
  const drawn = await Promise.all(panels.map((panel) => drawPanel(panel, prometheus, times)));
  const rows = Math.max(...panels.map(({ gridPos: { y, h } }) => y + h));
  const [width, height] = [columns * columnPx + gapPx, rows * rowPx + gapPx];
  const browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-lcd-text'],
  });
  try {
    const page = await browser.newPage({ viewport: { width, height } });
    await page.setContent(`<style>${style}</style>${drawn.join('')}`);
    await page.screenshot({ path: picture });
  } finally {
    await browser.close();
  }
}

const style = `body { margin: 0; background: #111217; color: #ccccdc; font: 11px sans-serif; }
div { position: absolute; box-sizing: border-box; overflow: hidden; }
.panel { background: #181b1f; border: 1px solid #2c3035; padding: 4px 8px; }
.row { font-size: 14px; font-weight: bold; line-height: 1.4; padding: 2px 8px; }
.stat { font-size: 20px; padding-top: 4px; } .stat small { color: #8e8ea0; font-size: 11px; }
svg { display: block; shape-rendering: crispEdges; } .legend span { margin-right: 10px; white-space: nowrap; }`;

async function drawPanel(panel: Panel, prometheus: PrometheusProcess, times: Times): Promise<string> {
  const { x, y, w, h } = panel.gridPos;
  const [width, height] = [w * columnPx - gapPx, h * rowPx - gapPx];
  const place = `left:${x * columnPx + gapPx}px;top:${y * rowPx + gapPx}px;width:${width}px;height:${height}px`;
  if (panel.type === 'row') return `<div class="row" style="${place}">${panel.title}</div>`;
  const isNow = panel.type === 'stat' || panel.type === 'gauge';
  const lines: Drawn[] = [];
  for (const { expr, legendFormat } of panel.targets) {
    const query = expr.replaceAll('$__rate_interval', '30s').replaceAll('$instance', '.*');
    const found = isNow
      ? await prometheus.query(query)
      : await prometheus.queryRange(query, times.from, times.to, Math.ceil((times.to - times.from) / points));
    lines.push(...found.map((series) => toDrawn(series, legendFormat)));
  }
  let body = '<p>no data</p>';
  if (lines.length > 0 && isNow) body = drawStats(panel, lines);
  else if (lines.length > 0) body = drawTimes(panel, lines, times, width - 16, height - 44);
  return `<div class="panel" style="${place}"><b>${panel.title}</b>${body}</div>`;
}

const toDrawn = ({ metric, values }: Series, legend: string): Drawn => ({
  name: legend.replaceAll(/\{\{(\w+)\}\}/g, (_whole, label: string) => metric[label] ?? ''),
  values: values
    .map(([at, value]) => [at, Number(value)] as const)
    .filter(([, value]) => Number.isFinite(value)),
});

function drawStats(panel: Panel, lines: readonly Drawn[]): string {
  const stats = lines.map(({ name, values }) => {
    const value = values.at(-1)?.[1] ?? Number.NaN;
    return `<span style="color:${colourOf(panel, value)}">${textOf(panel, value)}</span> <small>${name}</small>`;
  });
  return `<p class="stat">${stats.join('<br>')}</p>`;
}

const mappingOf = ({ fieldConfig: { defaults } }: Panel, value: number): Mapping | undefined =>
  defaults.mappings?.[0]?.options[value];

function colourOf(panel: Panel, value: number): string {
  const { thresholds } = panel.fieldConfig.defaults;
  const reached = thresholds?.steps.findLast((step) => step.value === null || value >= step.value)?.color;
  const colour = mappingOf(panel, value)?.color ?? reached ?? 'text';
  return { green: '#73bf69', orange: '#ff9830', red: '#f2495c' }[colour] ?? '#ccccdc';
}

const text = (value: number): string => value.toLocaleString('en', { maximumSignificantDigits: 3 });

function textOf(panel: Panel, value: number): string {
  const mapped = mappingOf(panel, value);
  if (mapped) return mapped.text;
  switch (panel.fieldConfig.defaults.unit) {
    case 'percentunit':
      return `${text(value * 100)} %`;
    case 'bytes':
      return `${text(value / 2 ** 20)} MiB`;
    case 's':
      return value !== 0 && value < 1 ? `${text(value * 1000)} ms` : `${text(value)} s`;
    default:
      return text(value);
  }
}

function drawTimes(
  panel: Panel,
  lines: readonly Drawn[],
  times: Times,
  width: number,
  height: number,
): string {
  const xOf = (at: number): number => ((at - times.from) / (times.to - times.from)) * width;
  if (panel.type === 'state-timeline') return drawStates(panel, lines, xOf, height);
  const isStacked = panel.fieldConfig.defaults.custom?.stacking?.mode === 'normal';
  const below = new Map<number, number>();
  const placed = lines.map(({ values }) =>
    values.map(([at, value]) => {
      const top = value + (isStacked ? (below.get(at) ?? 0) : 0);
      below.set(at, top);
      return [at, top] as const;
    }),
  );
  const most = (Math.max(...placed.flat().map(([, top]) => top), 0) || 1) * 1.05;
  const drawn = placed.map((line, index) => {
    const path = line.map(
      ([at, top]) => `${xOf(at).toFixed(1)},${(height - (top / most) * height).toFixed(1)}`,
    );
    return `<polyline points="${path.join(' ')}" fill="none" stroke="${colours[index % colours.length]}"/>`;
  });
  const legend = lines.map(
    ({ name, values }, index) =>
      `<span style="color:${colours[index % colours.length]}">${name} ${textOf(panel, values.at(-1)?.[1] ?? Number.NaN)}</span>`,
  );
  const scale = `<text y="10" fill="#8e8ea0">${textOf(panel, most)}</text>`;
  return `<svg width="${width}" height="${height}">${scale}${drawn.join('')}</svg><span class="legend">${legend.join(' ')}</span>`;
}

function drawStates(
  panel: Panel,
  lines: readonly Drawn[],
  xOf: (at: number) => number,
  height: number,
): string {
  const each = height / lines.length;
  const drawn = lines.flatMap(({ name, values }, row) => [
    ...values.map(([at, value], index) => {
      const end = values[index + 1]?.[0] ?? at;
      const width = (xOf(end) - xOf(at) + 0.5).toFixed(1);
      return `<rect x="${xOf(at).toFixed(1)}" y="${row * each + 2}" width="${width}" height="${each - 4}" fill="${colourOf(panel, value)}"/>`;
    }),
    `<text x="6" fill="#ffffff" y="${(row + 0.5) * each + 4}">${name}: ${textOf(panel, values.at(-1)?.[1] ?? Number.NaN)}</text>`,
  ]);
  return `<svg width="100%" height="${height}">${drawn.join('')}</svg>`;
}
