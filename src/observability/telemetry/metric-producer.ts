import { ValueType, type Attributes, type HrTime } from '@opentelemetry/api';
import {
  AggregationTemporality,
  DataPointType,
  type DataPoint,
  type Histogram,
  type MetricData,
  type MetricProducer,
} from '@opentelemetry/sdk-metrics';
import type { Resource } from '@opentelemetry/resources';
import type { MetricObjectWithValues, MetricValue } from 'prom-client';

type Metric = MetricObjectWithValues<MetricValue<string>>;
type Value = MetricValue<string> & { readonly metricName?: string };

interface ProducerOptions {
  readonly collect: () => Promise<readonly Metric[]>;
  readonly resource: Resource;
  readonly scope: string;
  /** Milliseconds since 1970. */
  readonly wallMs: () => number;
}

/** The metrics of `/metrics`, read when they are exported: nothing is counted a second time. */
export function createMetricProducer({ collect, resource, scope, wallMs }: ProducerOptions): MetricProducer {
  const startTime = toTime(wallMs());
  return {
    async collect() {
      const found = await collect();
      const times = { startTime, endTime: toTime(wallMs()) };
      const metrics = found.filter(({ values }) => values.length > 0).map((metric) => toData(metric, times));
      return {
        resourceMetrics: { resource, scopeMetrics: [{ scope: { name: scope }, metrics }] },
        errors: [],
      };
    },
  };
}

type Times = Pick<DataPoint<number>, 'startTime' | 'endTime'>;

function toData({ name, help, type, values }: Metric, times: Times): MetricData {
  const base = {
    descriptor: { name, description: help, unit: unitOf(name), valueType: ValueType.DOUBLE },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
  };
  const { startTime, endTime } = times;
  const points = (): DataPoint<number>[] =>
    values
      .filter(({ value }) => Number.isFinite(value))
      .map(({ value, labels }) => ({ startTime, endTime, value, attributes: labels as Attributes }));
  // The type says that it is a number, but it is one of these words.
  switch (String(type)) {
    case 'histogram':
      return { ...base, dataPointType: DataPointType.HISTOGRAM, dataPoints: histograms(values, times) };
    case 'counter':
      return { ...base, dataPointType: DataPointType.SUM, isMonotonic: true, dataPoints: points() };
    default:
      return { ...base, dataPointType: DataPointType.GAUGE, dataPoints: points() };
  }
}

/** One for each set of labels. prom-client's buckets count everything up to their end, OpenTelemetry's only their own. */
function histograms(values: readonly Value[], times: Times): DataPoint<Histogram>[] {
  const points = new Map<string, DataPoint<Histogram>>();
  const below = new Map<DataPoint<Histogram>, number>();
  for (const { value, labels, metricName = '' } of values) {
    const { le, ...attributes } = labels;
    const key = JSON.stringify(attributes);
    let point = points.get(key);
    if (!point) {
      const empty = { buckets: { boundaries: [], counts: [] }, sum: 0, count: 0 };
      points.set(key, (point = { ...times, value: empty, attributes }));
    }
    const { value: histogram } = point;
    if (le !== undefined) {
      if (le !== '+Inf') histogram.buckets.boundaries.push(Number(le));
      histogram.buckets.counts.push(value - (below.get(point) ?? 0));
      below.set(point, value);
    } else if (metricName.endsWith('_sum')) histogram.sum = value;
    else histogram.count = value;
  }
  return [...points.values()];
}

/** In UCUM, as Prometheus' names say it. */
function unitOf(name: string): string {
  if (/_seconds(?:_total)?$/.test(name)) return 's';
  return /_bytes(?:_total)?$/.test(name) ? 'By' : '';
}

const toTime = (ms: number): HrTime => [Math.floor(ms / 1000), Math.round((ms % 1000) * 1e6)];
