import { collectDefaultMetrics, Registry } from 'prom-client';

let registry: Registry | undefined;

/** What Node tells of this process, under the names that dashboards for Node know. One for all gateways in it. */
export function processMetrics(): Registry {
  if (!registry) {
    registry = new Registry();
    collectDefaultMetrics({ register: registry });
  }
  return registry;
}
