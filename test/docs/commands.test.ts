import { expect, test } from '@jest/globals';
import { codeBlocks } from '../support/code-blocks.ts';
import { guides, projectPages, readPage } from '../support/pages.ts';

/** Where each command of the pages is run as written. */
const runBy: Readonly<Record<string, string>> = {
  'npm ci': '.ci/run',
  'npm start': '.ci/run, test/process',
  'npm ci && npm start': '.ci/run, test/process',
  'npm test': '.ci/run',
  'npm ci && npm test': '.ci/run',
  'npm ci && npm run build': '.ci/run',
  'npm prune --omit=dev': '.ci/run',
  'node dist/main.js': '.ci/run',
  'npm run dev': 'test/process',
  'npm run check': '.ci/run',
  'npm run schema': '.ci/run',
  'npm run codegen': '.ci/run',
  'npm run rules': '.ci/run',
  'npm run schema:check': '.ci/run',
  'npm run soak': 'test/process, for six seconds',
  'npm run judges': 'test/hardening, as a function',
  'npm ci --prefix examples/supergraph': '.ci/run',
  'npm run supergraph': 'test/federation',
  'node compose.mjs': 'test/federation',
  'npm ci --prefix examples/clients': '.ci/run',
  'npm ci && npm ci --prefix client': '.ci/run',
  'npm pack ./client': 'test/client',
  'npm ci --prefix examples/file-browser': '.ci/run',
  'npm run example': 'test/examples',
  'VIEWER_AUTH=session npm run example': 'test/examples',
  'npm ci --prefix bench': '.ci/run',
  'npm run bench -- --quick': '.ci/run',
  'npm run plan -- --users 25 --groups 40 --opens-per-day 20 --ttl 86400000': '.ci/run, test/plan',
  'npm run plan -- --users 1000 --groups 500 --opens-per-day 20 --ttl 3600000': '.ci/run',
  'npm run plan -- --users 100000 --groups 10000 --organizations 1000 --replicas 3 --opens-per-day 20 --ttl 3600000':
    '.ci/run',
  'npx graphql-codegen': 'test/examples',
  'npx tsx examples/frontend/main.ts': 'test/process',
  'npx tsx examples/frontend/main.ts cid.demo.anything': 'test/process',
  'npx tsx examples/clients/src/main.ts': 'test/examples',
  'npx tsx examples/download/stream-file.ts': 'test/examples',
  'buildah build --format docker --file Containerfile --tag dingtalk-graphql-gateway:0.2.0 .': 'test/image',
  'sha256sum --check SHA256SUMS': 'test/release',
  'tar -xzf dingtalk-graphql-gateway-0.2.0.tar.gz': 'test/release',
  'node dingtalk-graphql-gateway-0.2.0/dist/main.js': 'test/release',
};

/** Commands that neither a test nor CI runs, by their beginning, and why. */
const notRun: Readonly<Record<string, string>> = {
  'npm run bench': 'the whole benchmark takes ten minutes; CI runs --quick',
  'npm run bench -- --scale': 'takes minutes; CI runs --quick',
  'npm run bench -- --replicas': 'takes minutes; CI runs --quick',
  'npm install ../gateway/dingtalk-graphql-gateway-client': 'test/client installs the packed file',
  'PERSISTED_DOCUMENTS=': 'its file is that of a frontend; test/documents starts with such files',
  'VIEWER_AUTH=session SESSION_KEY=': 'sign-in.test.ts starts such a gateway',
  'npm init --yes': 'test/federation runs what it prepares',
  'npm install graphql @graphql-codegen/cli': 'test/examples generates with the same packages',
  'npm install @apollo/composition': 'test/federation uses the same packages',
  'npm run pictures': 'its pictures differ with each Chromium; test/explorer looks at the same page',
  'npm run format': 'writes what `npm run check` checks',
  'docker build': 'test/image builds the same file with buildah',
  'docker run': 'test/image runs the image with podman',
  'podman build': 'buildah is what podman builds with',
  'rover subgraph publish': 'needs an account at Apollo GraphOS',
  'rover contract publish': 'the same',
  'hive schema:publish': 'needs an account at Hive',
  'npx wgc subgraph publish': 'needs an account at Cosmo',
  'npx wgc contract create': 'the same',
  'curl -s localhost:4000/graphql': 'examples.test.ts and sign-in.test.ts send the same requests',
  'curl -s localhost:4000/session': 'sign-in.test.ts sends the same request',
  'docker compose up --detach':
    'needs Docker; test/deploy runs the gateways, Redis and HAProxy of compose.yaml',
  'kubectl create': 'needs a cluster; test/deploy holds the keys equal to the mounted ones',
  'kubectl label': 'needs a cluster; test/deploy renders the labels',
  'kubectl apply': 'needs a cluster; test/deploy renders the same kustomization',
  'curl http://127.0.0.1:<port>/graphql': 'test/federation sends such requests',
};

const isKnown = (command: string): boolean =>
  command in runBy ||
  Object.keys(notRun).some((start) =>
    start.startsWith('npm run') ? command === start : command.startsWith(start),
  );

const commandsOf = async (page: string): Promise<string[]> =>
  codeBlocks(await readPage(page), 'sh')
    .flatMap((block) => block.replaceAll(/\\\n\s*/g, '').split('\n'))
    .map((line) => line.replace(/\s*#.*$/, ''))
    .filter((line) => line !== '');

test('every command of every page is run by a test or by CI, or has a reason why not', async () => {
  const commands = (await Promise.all([...projectPages, ...guides].map(commandsOf))).flat();

  expect(commands.filter((command) => !isKnown(command))).toEqual([]);
  expect(Object.keys(runBy).filter((command) => !commands.includes(command))).toEqual([]);
});
