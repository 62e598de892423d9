import { globSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { readPage } from '../support/pages.ts';
import { promtool, testWithPrometheus } from '../support/prometheus.ts';
import { alertNames, metricsIn, rulesText, seriesTypes } from '../support/queries.ts';
import { startGateway } from '../support/start-gateway.ts';

const alertsPage = 'docs/operating.md';

testWithPrometheus('promtool accepts the configuration and the rules', async () => {
  const { exitCode, output } = await promtool(['check', 'config', 'deploy/prometheus/prometheus.yml']);

  expect(output).toContain(`${alertNames.length + 1} rules found`);
  expect(exitCode).toBe(0);
});

testWithPrometheus(
  'each alert fires where it should, and not close to it',
  async () => {
    const files = globSync('deploy/prometheus/*.test.yml');
    const tested = files.flatMap((file) =>
      Array.from(readFileSync(file, 'utf8').matchAll(/alertname: (\w+)/g), ([, name]) => name),
    );

    const { exitCode, output } = await promtool(['test', 'rules', ...files]);

    expect({ exitCode, output }).toEqual({ exitCode: 0, output: expect.not.stringContaining('FAILED') });
    expect([...new Set(tested)].toSorted()).toEqual(alertNames.toSorted());
  },
  60_000,
);

testWithPrometheus('promtool has nothing to say about the names and helps of metrics', async () => {
  await using gateway = await startGateway();
  const metrics = await fetch(`${gateway.url}/metrics`);

  expect(await promtool(['check', 'metrics'], await metrics.text())).toEqual({ exitCode: 0, output: '' });
});

test('each alert has a paragraph in docs/operating.md, which it names, and each paragraph an alert', async () => {
  const page = await readPage(alertsPage);
  const section = /^## Alerts\n(.*?)^## /ms.exec(page)?.[1] ?? '';
  const headings = Array.from(section.matchAll(/^### (.*)$/gm), ([, heading]) => heading);
  const rules = readFileSync('deploy/prometheus/alerts.yml', 'utf8');
  const runbooks = Array.from(rules.matchAll(/^ +runbook: (.*)$/gm), ([, runbook]) => runbook);

  expect(headings).toEqual(alertNames);
  expect(runbooks).toEqual(alertNames.map((name) => `${alertsPage}#${name.toLowerCase()}`));
});

test('the alerts ask only for metrics that there are, and for rates of counters only', () => {
  const types = seriesTypes();
  const increasing = rulesText.matchAll(/\b(?:rate|increase)\((\w+)/g);

  expect(metricsIn(rulesText).filter((name) => !types.has(name))).toEqual([]);
  expect(Array.from(increasing, ([, name = '']) => types.get(name)).filter((it) => it !== 'counter')).toEqual(
    [],
  );
});
