import { execFileSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { lstat, readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect } from '@jest/globals';
import { packagesOf } from '../../scripts/bundle/bundled-packages.ts';
import { freePort } from '../../scripts/support/free-port.ts';
import { startProcess, type GatewayProcess } from '../support/gateway-process.ts';
import { buildGatewayImage, image, runImage } from './build-image.ts';
import {
  canRunContainers,
  createContainerTools,
  testWithContainers,
  type ContainerTools,
} from './container-tools.ts';

const buildWithinMs = 600_000;
const maxOwnMegabytes = 20;
const revision = '0123456789abcdef0123456789abcdef01234567';
const query = '{ conversationSpace(openConversationId: "cid9FTRQSLo+sKxxxx") { spaceId } }';
const rights = [
  '--read-only',
  '--read-only-tmpfs=false',
  '--cap-drop=all',
  '--security-opt=no-new-privileges',
];
const routerSecret = 'a-secret-of-the-router-and-of-us';

interface Inspected {
  readonly Size: number;
  readonly Config: Readonly<Record<string, unknown>>;
  readonly Healthcheck: unknown;
}

let tools: ContainerTools;
/** The files of the image. */
let root: string;

beforeAll(async () => {
  if (!canRunContainers) return;
  tools = await createContainerTools();
  await buildGatewayImage(tools, revision);
  const container = (await tools.run('buildah', 'from', '--pull-never', image)).trim();
  root = (await tools.run('buildah', 'mount', container)).trim();
}, buildWithinMs);

afterAll(async () => {
  if (canRunContainers) await tools[Symbol.asyncDispose]();
});

const inspect = async (name: string): Promise<Inspected> =>
  (JSON.parse(await tools.run('podman', 'image', 'inspect', name)) as Inspected[])[0]!;

/** Starts a container as docs/deployment.md does, with as few rights as possible. */
function runImageAs(name: string, environment: Readonly<Record<string, string>> = {}): GatewayProcess {
  const command = ['podman', 'run', '--pull=never', '--rm', '--network=host', `--name=${name}`];
  const variables = Object.entries(environment).map(([key, value]) => `--env=${key}=${value}`);
  return startProcess([...command, ...rights, ...variables, image], tools.environment);
}

const sandbox = {
  HOST: '127.0.0.1',
  PORT: '0',
  DINGTALK_MODE: 'sandbox',
  VIEWER_AUTH: 'router',
  ROUTER_SECRET: routerSecret,
};

async function ask(url: string): Promise<unknown> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-router-secret': routerSecret,
      'x-dingtalk-union-id': 'union.of.a.viewer',
      'x-dingtalk-corp-id': 'ding1234xxxxx',
    },
    body: JSON.stringify({ query }),
  });
  return response.json();
}

/** A line of `/proc/<pid>/status`, split at blanks. */
async function statusOf(pid: string, name: string): Promise<string[] | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return new RegExp(`^${name}:\\s+(.*)$`, 'm').exec(status)?.[1]?.split(/\s+/);
}

testWithContainers(
  'the image answers from a read-only root as uid 10001, and its SIGTERM to process 1 ends it',
  async () => {
    const startedAtMs = performance.now();
    await using run = runImageAs('serves', { ...sandbox, NODE_DEBUG_NATIVE: 'COMPILE_CACHE' });

    expect(await ask(await run.url)).toEqual({ data: { conversationSpace: { spaceId: '798xxxxx' } } });
    const answeredMs = performance.now() - startedAtMs;

    const pid = (await tools.run('podman', 'inspect', '--format={{.State.Pid}}', 'serves')).trim();
    expect(await statusOf(pid, 'Uid')).toEqual(['10001', '10001', '10001', '10001']);
    expect(await statusOf(pid, 'Gid')).toEqual(['10001', '10001', '10001', '10001']);
    expect((await statusOf(pid, 'NSpid'))?.at(-1)).toBe('1');
    expect(await readFile(`/proc/${pid}/mounts`, 'utf8')).toMatch(/^\S+ \/ \S+ ro,/m);

    // The signal is STOPSIGNAL; without an effect the process would be killed, which is exit code 137.
    await tools.run('podman', 'stop', '--time=15', 'serves');
    expect(await run.ended).toBe(0);

    // NODE_DEBUG_NATIVE writes to standard error.
    const outcomes = [...run.output().stderr.matchAll(/V8 code cache for ESM \S+ was (\w+ ?\w+)/g)];
    expect(new Set(outcomes.map(([, outcome]) => outcome))).toEqual(new Set(['accepted']));

    const [whole, base] = [await inspect(image), await inspect(runImage)];
    const ownMegabytes = (whole.Size - base.Size) / 1e6;
    process.stderr.write(
      `image: ${(whole.Size / 1e6).toFixed(1)} MB, of which the gateway ${ownMegabytes.toFixed(1)} MB; uid 10001; ` +
        `first answer ${answeredMs.toFixed(0)} ms after podman run\n`,
    );
    expect(ownMegabytes).toBeLessThan(maxOwnMegabytes);
  },
  30_000,
);

testWithContainers(
  'HEALTHCHECK passes while the gateway lives',
  async () => {
    const port = await freePort();
    await using run = runImageAs('is-checked', { ...sandbox, PORT: String(port) });
    await run.url;

    // Rejects where the check fails.
    await tools.run('podman', 'healthcheck', 'run', 'is-checked');
    await tools.run('podman', 'stop', '--time=15', 'is-checked');
    expect(await run.ended).toBe(0);
  },
  30_000,
);

testWithContainers(
  'without credentials the image does not start, and says what it needs',
  async () => {
    await using run = runImageAs('has-no-credentials');

    expect(await run.ended).toBe(78);
    expect(run.output().stderr).toContain('DINGTALK_APP_KEY must be set to talk to DingTalk');
  },
  30_000,
);

const isOfBuild = (line: string): boolean => /^A \/gateway\/dist\/[^/]+\.js(\.map)?$/.test(line);
const isOfCache = (line: string): boolean =>
  /^A \/gateway\/dist\/compile-cache(\/[^/]+-10001(\/[0-9a-f]+)?)?$/.test(line);

testWithContainers(
  'the image adds the build, its manifest, licence and bill of materials, and no more',
  async () => {
    const lines = (await tools.run('podman', 'image', 'diff', image, runImage)).trim().split('\n');

    expect(lines.filter((line) => !isOfBuild(line) && !isOfCache(line)).toSorted()).toEqual([
      'A /gateway',
      'A /gateway/LICENSE',
      'A /gateway/dist',
      'A /gateway/health-check.mjs',
      'A /gateway/package.json',
      'A /gateway/sbom.cdx.json',
    ]);
    expect(lines.some(isOfCache)).toBe(true);
  },
);

testWithContainers('uid 10001 can read every file of the gateway and write none', async () => {
  const files = globSync('**', { cwd: path.join(root, 'gateway') });
  const wrong = await Promise.all(
    files.map(async (file) => {
      const { uid, gid, mode } = await lstat(path.join(root, 'gateway', file));
      return uid === 0 && gid === 0 && (mode & 0o004) !== 0 && (mode & 0o022) === 0 ? [] : [file];
    }),
  );

  expect(files.length).toBeGreaterThan(0);
  expect(wrong.flat()).toEqual([]);
});

testWithContainers('the build in the image has the same bytes as the build outside', () => {
  const built = path.join(root, 'gateway/dist');

  expect(() =>
    execFileSync('diff', ['--recursive', '--brief', '--exclude=compile-cache', 'dist', built]),
  ).not.toThrow();
});

testWithContainers('the bill of materials lists exactly the packages that the source maps name', async () => {
  const folder = path.join(root, 'gateway');
  const sources = await Promise.all(
    globSync('dist/*.map', { cwd: folder }).map(async (file) => {
      const map = JSON.parse(await readFile(path.join(folder, file), 'utf8')) as { sources: string[] };
      // The packages are those of package-lock.json here and there.
      return map.sources.map((source) => path.join('dist', source));
    }),
  );
  const sbom = JSON.parse(await readFile(path.join(folder, 'sbom.cdx.json'), 'utf8')) as {
    readonly bomFormat: string;
    readonly components: readonly { readonly name: string; readonly version: string }[];
  };
  const listed = sbom.components.map(({ name, version }) => `${name}@${version}`);

  expect(sbom.bomFormat).toBe('CycloneDX');
  // The source maps that fast-copy ships name files of another folder, which nobody has.
  const named = listed.filter((name: string) => !name.startsWith('fast-copy@'));
  expect(named.toSorted()).toEqual([...(await packagesOf(sources.flat()))].toSorted());
  expect(listed).toHaveLength(named.length + 1);
});

testWithContainers('the image says what it is and how it is run', async () => {
  const { version, description } = JSON.parse(await readFile('package.json', 'utf8')) as Record<
    string,
    string
  >;
  const { Config, Healthcheck } = await inspect(image);

  expect(Config).toMatchObject({
    User: '10001:10001',
    Env: expect.arrayContaining(['NODE_ENV=production']),
    Entrypoint: ['node', '--enable-source-maps', '--max-semi-space-size=32', 'dist/main.js'],
    ExposedPorts: { '4000/tcp': {} },
    WorkingDir: '/gateway',
    StopSignal: 'SIGTERM',
    Labels: {
      'org.opencontainers.image.title': 'dingtalk-graphql-gateway',
      'org.opencontainers.image.description': description?.split(':')[0],
      'org.opencontainers.image.licenses': 'MIT',
      'org.opencontainers.image.version': version,
      'org.opencontainers.image.revision': revision,
      'org.opencontainers.image.created': '1970-01-01T00:00:00Z',
    },
  });
  expect(Healthcheck).toMatchObject({ Test: ['CMD', 'node', 'health-check.mjs'] });
});
