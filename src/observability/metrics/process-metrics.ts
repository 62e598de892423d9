import { collectDefaultMetrics, Registry } from 'prom-client';

const misnamed = ['handles', 'requests', 'resources'].map((what) => `nodejs_active_${what}_total`);

let registry: Registry | undefined;

/** Node's metrics of this process, with the names that dashboards for Node expect. One registry for all gateways in it. */
export function processMetrics(): Registry {
  if (!registry) {
    registry = new Registry();
    collectDefaultMetrics({ register: registry });
    // Gauges that are named like counters; the ones without `_total` tell more.
    for (const name of misnamed) registry.removeSingleMetric(name);
  }
  return registry;
}
