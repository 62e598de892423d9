import { collectDefaultMetrics, Registry } from 'prom-client';

let registry: Registry | undefined;

/** Node's metrics of this process, with the names that dashboards for Node expect. One registry for all gateways in it. */
export function processMetrics(): Registry {
  if (!registry) {
    registry = new Registry();
    collectDefaultMetrics({ register: registry });
  }
  return registry;
}
