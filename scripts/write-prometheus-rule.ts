import { readFile, writeFile } from 'node:fs/promises';
import { parse, stringify } from 'yaml';

/** Writes the PrometheusRule of Kubernetes from the alerts of Prometheus, so that they are the same. */
const rule = {
  apiVersion: 'monitoring.coreos.com/v1',
  kind: 'PrometheusRule',
  metadata: {
    name: 'dingtalk-gateway',
    labels: {
      'app.kubernetes.io/name': 'dingtalk-gateway',
      'app.kubernetes.io/part-of': 'dingtalk-gateway',
    },
  },
  spec: parse(await readFile('deploy/prometheus/alerts.yml', 'utf8')),
};
await writeFile(
  'deploy/kubernetes/components/monitoring/prometheus-rule.yaml',
  `# Written by npm run rules from deploy/prometheus/alerts.yml.\n${stringify(rule, { lineWidth: 0, singleQuote: true })}`,
);
