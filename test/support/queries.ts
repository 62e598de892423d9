import { readFileSync } from 'node:fs';
import { definitions } from '../../src/observability/metrics/definitions.ts';
import { processMetrics } from '../../src/observability/metrics/process-metrics.ts';

export interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly datasource?: unknown;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly fieldConfig?: { readonly defaults: { readonly unit?: string } };
  readonly targets?: readonly {
    readonly refId: string;
    readonly expr: string;
    readonly datasource: unknown;
  }[];
}

export interface Dashboard {
  readonly uid: string;
  readonly schemaVersion: number;
  readonly templating: { readonly list: readonly { readonly name: string; readonly definition?: string }[] };
  readonly panels: readonly Panel[];
}

export const dashboard = JSON.parse(readFileSync('deploy/grafana/dashboard.json', 'utf8')) as Dashboard;

export const panelQueries: readonly { readonly title: string; readonly expr: string }[] =
  dashboard.panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ title, expr })));

const alertsText = readFileSync('deploy/prometheus/alerts.yml', 'utf8');

export const alertNames: readonly string[] = Array.from(
  alertsText.matchAll(/^ +- alert: (\w+)$/gm),
  ([, name = '']) => name,
);

/** The text of the rules without comments: names of metrics stand in its expressions only. */
export const rulesText = alertsText.replaceAll(/^ *(?:#|description:|summary:|runbook:).*$/gm, '');

/** The type of every series that a scrape of the gateway gives, those of a histogram and of Node included. */
export function seriesTypes(): ReadonlyMap<string, string> {
  const nodes = processMetrics()
    .getMetricsAsArray()
    .map(({ name, type }) => ({ name, type: String(type) }));
  const types = new Map<string, string>([['up', 'gauge']]);
  for (const { name, type } of [...Object.values(definitions), ...nodes]) {
    const parts = type === 'histogram' ? ['_bucket', '_sum', '_count'] : [''];
    for (const part of parts) types.set(`${name}${part}`, type === 'histogram' ? 'counter' : type);
  }
  return types;
}

/** The names of metrics in an expression, without those of recording rules. */
export const metricsIn = (expression: string): string[] =>
  expression.match(/\b(?:dingtalk_gateway_|process_|nodejs_)\w+|\bup\b(?=\{)/g) ?? [];
