import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { readConfig } from '../../src/config/read-config.ts';
import { sandboxCredentials } from '../../src/sandbox/credentials.ts';
import { codeBlocks } from '../support/code-blocks.ts';
import { testWithKubectl } from '../support/deploy-tools.ts';
import { tableRows } from '../support/page-tables.ts';
import { readPage } from '../support/pages.ts';
import { secretFiles, unknownVariables, withSecrets, type Environment } from './environments.ts';
import {
  refusalOf,
  render,
  renderText,
  unknownFields,
  type KubernetesDocument,
} from './kubernetes-documents.ts';

const page = await readPage('docs/deployment.md');
const section = /^## Kubernetes\n(.*?)^## /ms.exec(page)?.[1] ?? '';

/** The kustomization of the page: an overlay with the component, in a namespace, with an image and settings. */
const [ownKustomization = ''] = codeBlocks(section, 'yaml');

/** Each way to deploy, and what renders it. */
const ways: Readonly<Record<string, () => Promise<KubernetesDocument[]>>> = {
  one: () => render('deploy/kubernetes/overlays/one'),
  replicas: () => render('deploy/kubernetes/overlays/replicas'),
  'one, of the page': () => renderText(ownKustomization.replace('overlays/replicas', 'overlays/one')),
  'replicas, of the page': () => renderText(ownKustomization),
};
const rendered = new Map<string, Promise<KubernetesDocument[]>>();

/** The documents of one way, rendered once. */
function documentsOf(way: string): Promise<KubernetesDocument[]> {
  const documents = rendered.get(way) ?? ways[way]!();
  rendered.set(way, documents);
  return documents;
}

const names = Object.keys(ways);
const isOwn = (way: string): boolean => way.endsWith('of the page');

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'gateway-secrets-'));
});
afterAll(() => rm(folder, { recursive: true }));

const ofKind = (documents: readonly KubernetesDocument[], kind: string): KubernetesDocument[] =>
  documents.filter((each) => each.kind === kind);

function only(documents: readonly KubernetesDocument[], kind: string): KubernetesDocument {
  const found = ofKind(documents, kind);
  expect(found).toHaveLength(1);
  return found[0];
}

const kindsOf = async (way: string): Promise<string[]> =>
  (await documentsOf(way)).map(({ kind }) => kind).toSorted();

/** Names and targets of a Service's ports. */
const portsOf = ({ spec }: KubernetesDocument): unknown[] =>
  spec.ports.map(({ name, targetPort }: any) => [name, targetPort]);

const environmentOf = (documents: readonly KubernetesDocument[]): Environment =>
  only(documents, 'ConfigMap').data;

/** Made-up values of all secrets that the manifests may name. */
const secrets: Environment = {
  DINGTALK_APP_SECRET: 'made-up app secret 1',
  GATEWAY_API_KEYS: '0123456789abcdef0123',
  REDIS_URL: 'rediss://:0123456789abcdef@redis.example:6379',
  VIEWER_LOG_KEY: 'fedcba9876543210',
};

/** What a user adds where the page's kustomization does not. */
const required = { DINGTALK_APP_KEY: 'dingabc', DINGTALK_OPERATOR_UNION_ID: 'union' };

testWithKubectl('the schemas of the API accept every document, and know every field', async () => {
  const documents = (await Promise.all(names.map(documentsOf))).flat();

  const refusals = await Promise.all(documents.map((document) => refusalOf(document)));
  expect(documents.length).toBeGreaterThan(30);
  expect(refusals.filter((refusal) => refusal !== undefined)).toEqual([]);
  expect(await unknownFields(documents)).toEqual([]);
});

test('a misspelt field, a value of another type and an unknown kind are found', async () => {
  const deployment = parse(await readFile('deploy/kubernetes/base/deployment.yaml', 'utf8'));
  const monitor = parse(
    await readFile('deploy/kubernetes/components/monitoring/service-monitor.yaml', 'utf8'),
  );
  const [container] = deployment.spec.template.spec.containers;
  container.securityContext.readOnlyRootFileSystem = true;
  monitor.spec.endpoints[0].intervall = '15s';

  expect(await unknownFields([deployment, monitor])).toEqual([
    expect.stringContaining(`'"readOnlyRootFileSystem"' does not exist in type 'ISecurityContext'`),
    expect.stringContaining(`'"intervall"' does not exist in type`),
  ]);
  container.ports[0].containerPort = '4000';
  monitor.spec.endpoints[0].interval = 'soon';
  expect(await refusalOf(deployment)).toContain('containers/0/ports/0/containerPort must be integer');
  expect(await refusalOf(monitor)).toContain('endpoints/0/interval must match pattern');
  expect(await refusalOf({ ...deployment, kind: 'Deploiment' })).toBe('apps/v1 has no Deploiment');
});

testWithKubectl(
  'each overlay has what it needs, and nothing that would keep it from being updated',
  async () => {
    const base = ['ConfigMap', 'Deployment', 'NetworkPolicy', 'Service', 'Service', 'ServiceAccount'];

    expect(await kindsOf('one')).toEqual([...base, 'PersistentVolumeClaim'].toSorted());
    expect(await kindsOf('replicas')).toEqual(
      [...base, 'HorizontalPodAutoscaler', 'NetworkPolicy', 'PodDisruptionBudget'].toSorted(),
    );
    expect(await kindsOf('replicas, of the page')).toEqual(
      [...(await kindsOf('replicas')), 'PrometheusRule', 'ServiceMonitor'].toSorted(),
    );
  },
);

testWithKubectl.each(names)('%s: the gateway knows every variable, and accepts them all', async (way) => {
  const environment = environmentOf(await documentsOf(way));
  expect(unknownVariables(environment)).toEqual([]);

  const complete = {
    ...environment,
    ...(!isOwn(way) && required),
    // A folder that the pod mounts.
    ...(environment['STATE_DIR'] !== undefined && { STATE_DIR: folder }),
  };
  const result = readConfig(await withSecrets(complete, secrets, folder), sandboxCredentials);

  expect(result).toMatchObject({
    ok: true,
    config: {
      host: '::',
      port: 4000,
      production: true,
      dingtalk: { mode: 'live', app: { kind: 'internal', appSecret: secrets['DINGTALK_APP_SECRET'] } },
      viewer: { kind: 'fixed', apiKeys: [{ key: secrets['GATEWAY_API_KEYS'] }] },
      redisUrl: way.startsWith('replicas') ? new URL(secrets['REDIS_URL']!) : undefined,
      viewerLogKey: way.startsWith('replicas') ? secrets['VIEWER_LOG_KEY'] : undefined,
    },
    warnings: [],
  });
});

testWithKubectl.each(['one', 'replicas'])(
  '%s: every secret is a key of the mounted Secret that the page lists',
  async (way) => {
    const documents = await documentsOf(way);
    const { containers, volumes } = only(documents, 'Deployment').spec.template.spec;
    const rows = tableRows(section, ['key', 'needed by', 'holds']);
    const keys = rows
      .filter(([, neededBy]) => neededBy === 'both' || neededBy === `\`${way}\``)
      .map(([key]) => key!.slice(1, -1));

    expect(keys.length).toBeGreaterThan(0);
    expect(volumes).toContainEqual({
      name: 'secrets',
      secret: { secretName: 'dingtalk-gateway', defaultMode: 0o440 },
    });
    expect(containers[0].volumeMounts).toContainEqual({
      name: 'secrets',
      mountPath: '/run/secrets/dingtalk-gateway',
      readOnly: true,
    });
    expect(secretFiles(environmentOf(documents))).toEqual(
      Object.fromEntries(keys.map((key) => [key, `/run/secrets/dingtalk-gateway/${key}`])),
    );
    // The command of the page makes that Secret.
    const [command = ''] = codeBlocks(section, 'sh');
    expect(command).toContain('create secret generic dingtalk-gateway');
    for (const key of keys) expect(command).toContain(`--from-file=${key}`);
  },
);

testWithKubectl.each(names)('%s: ports, probes and selectors fit', async (way) => {
  const documents = await documentsOf(way);
  const { metadata, spec } = only(documents, 'Deployment');
  const { labels } = spec.template.metadata;
  const [container] = spec.template.spec.containers;
  const environment = environmentOf(documents);
  const adminPort = Number(environment['ADMIN_PORT']);

  expect(container.envFrom).toEqual([{ configMapRef: { name: only(documents, 'ConfigMap').metadata.name } }]);
  expect(container.ports).toEqual([
    { name: 'http', containerPort: 4000 },
    { name: 'admin', containerPort: adminPort },
  ]);
  const probe = (name: string): unknown => container[name].httpGet;
  expect(['startupProbe', 'livenessProbe', 'readinessProbe'].map(probe)).toEqual([
    { path: '/healthz', port: 'admin' },
    { path: '/healthz', port: 'admin' },
    { path: '/readyz', port: 'admin' },
  ]);
  // The kubelet and Prometheus ask from other machines.
  expect(environment['ADMIN_HOST']).toBe('::');
  expect(spec.template.spec.terminationGracePeriodSeconds).toBeGreaterThan(
    Number(environment['SHUTDOWN_DELAY_MS']) / 1000 + 10,
  );

  const selectors = [
    spec.selector.matchLabels,
    ...(spec.template.spec.topologySpreadConstraints ?? []).map(
      (each: any) => each.labelSelector.matchLabels,
    ),
    ...ofKind(documents, 'Service').map((each) => each.spec.selector),
    ...ofKind(documents, 'NetworkPolicy').map((each) => each.spec.podSelector.matchLabels),
    ...ofKind(documents, 'PodDisruptionBudget').map((each) => each.spec.selector.matchLabels),
  ];
  for (const selector of selectors) {
    expect(Object.keys(selector).length).toBeGreaterThan(0);
    expect(labels).toMatchObject(selector);
  }
  for (const each of ofKind(documents, 'HorizontalPodAutoscaler')) {
    expect(each.spec.scaleTargetRef.name).toBe(metadata.name);
  }
  expect(ofKind(documents, 'Service').map(portsOf)).toEqual([[['http', 'http']], [['admin', 'admin']]]);
  // Those of clients reach the public port, those of Prometheus the other one.
  const [policy] = ofKind(documents, 'NetworkPolicy');
  expect(policy.spec.ingress.map(({ ports }: any) => ports)).toEqual([
    [{ port: 'http' }],
    [{ port: 'admin' }],
  ]);
});

testWithKubectl.each(names)(
  '%s: the pods are restricted, as the standard of that name has it',
  async (way) => {
    const { spec: pod } = only(await documentsOf(way), 'Deployment').spec.template;

    expect(pod).toMatchObject({
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      securityContext: { runAsNonRoot: true, runAsUser: 10_001, seccompProfile: { type: 'RuntimeDefault' } },
    });
    expect(pod.containers).toEqual([
      expect.objectContaining({
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        },
        resources: { requests: { cpu: '250m', memory: '256Mi' }, limits: { memory: '512Mi' } },
      }),
    ]);
  },
);

testWithKubectl(
  'Prometheus finds the admin port of each pod, ready or not, under the job of the alerts',
  async () => {
    const documents = await documentsOf('replicas, of the page');
    const { spec } = only(documents, 'ServiceMonitor');
    const services = ofKind(documents, 'Service').filter(({ metadata }) =>
      Object.entries(spec.selector.matchLabels).every(([name, value]) => metadata.labels[name] === value),
    );
    const { scrape_configs: jobs } = parse(await readFile('deploy/prometheus/prometheus.yml', 'utf8'));

    expect(services.map(({ metadata }) => metadata.name)).toEqual(['dingtalk-gateway-admin']);
    expect(services[0].spec).toMatchObject({ clusterIP: 'None', publishNotReadyAddresses: true });
    expect(spec.endpoints.map(({ port, path: metricsPath }: any) => [port, metricsPath])).toEqual([
      ['admin', '/metrics'],
    ]);
    expect(jobs.map(({ job_name: job }: any) => job)).toContain(services[0].metadata.labels[spec.jobLabel]);
  },
);

test('the PrometheusRule has the alerts of deploy/prometheus/alerts.yml', async () => {
  const rule = parse(await readFile('deploy/kubernetes/components/monitoring/prometheus-rule.yaml', 'utf8'));
  const alerts = parse(await readFile('deploy/prometheus/alerts.yml', 'utf8'));

  // npm run rules writes it.
  expect(rule.spec).toEqual(alerts);
});

testWithKubectl('the kustomization of the page sets namespace, image and settings', async () => {
  const documents = await documentsOf('replicas, of the page');
  const [container] = only(documents, 'Deployment').spec.template.spec.containers;

  expect(new Set(documents.map(({ metadata }) => metadata.namespace))).toEqual(new Set(['dingtalk']));
  expect(container.image).toBe('registry.example.com/dingtalk-graphql-gateway:0.2.0');
  expect(environmentOf(documents)).toMatchObject({
    DINGTALK_APP_KEY: expect.any(String),
    VIEWER_AUTH: 'fixed',
  });
});
