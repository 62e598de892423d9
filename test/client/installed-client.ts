import { execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const client = fileURLToPath(new URL('../../client/', import.meta.url));

export const howToInstall = 'npm ci --prefix client';
/** The client libraries are development dependencies of the kit alone. */
export const installed = existsSync(path.join(client, 'node_modules/@apollo/client/package.json'));

export interface InstalledClient {
  /** The files of the tarball. */
  readonly packed: readonly string[];
  /** What npm installed for it. */
  readonly packages: readonly string[];
  /** The folder that it is installed in. */
  readonly folder: string;
  remove(): Promise<void>;
}

/** Packs the kit and installs the tarball in an empty folder; the client libraries are put beside it. */
export async function installClient(): Promise<InstalledClient> {
  if (!installed) throw new Error(`The client libraries are missing: run ${howToInstall}`);
  const folder = await mkdtemp(path.join(tmpdir(), 'client-kit-'));
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder], { cwd: client });
  const [{ filename, files }] = JSON.parse(stdout) as [
    { filename: string; files: readonly { path: string }[] },
  ];
  await writeFile(path.join(folder, 'package.json'), '{ "private": true, "type": "module" }');
  await run('npm', ['install', '--offline', '--prefix', folder, path.join(folder, filename)], {
    cwd: folder,
  });
  const modules = path.join(folder, 'node_modules');
  const packages = (await readdir(modules)).filter((name) => !name.startsWith('.'));
  await linkPackages(path.join(client, 'node_modules'), modules);
  await cp(path.join(client, 'consumers'), path.join(folder, 'consumers'), { recursive: true });
  return {
    packed: files.map((file) => file.path),
    packages,
    folder,
    remove: () => rm(folder, { recursive: true }),
  };
}

async function linkPackages(from: string, to: string): Promise<void> {
  for (const name of (await readdir(from)).filter((each) => !each.startsWith('.'))) {
    if (name.startsWith('@')) {
      await mkdir(path.join(to, name));
      await linkPackages(path.join(from, name), path.join(to, name));
    } else await symlink(path.join(from, name), path.join(to, name));
  }
}

export interface ScenarioOptions {
  readonly program: 'apollo' | 'urql';
  readonly scenario: string;
  readonly endpoint: string;
  /** The program waits; it goes on once this is done. */
  readonly onWait?: (ms: number) => void;
}

export interface Outcome {
  readonly result: unknown;
  readonly waitsMs: readonly number[];
}

/** Runs one scenario of `client/consumers` with the installed kit. */
export async function runScenario(
  { folder }: InstalledClient,
  { program, scenario, endpoint, onWait }: ScenarioOptions,
): Promise<Outcome> {
  const child = fork(path.join(folder, 'consumers', `${program}.ts`), [endpoint, scenario], {
    cwd: folder,
    execArgv: [],
    env: { PATH: process.env['PATH'], NODE_ENV: 'production' },
  });
  let outcome: Outcome | undefined;
  child.on('message', (message: Outcome | { readonly waitMs: number }) => {
    if ('result' in message) outcome = message;
    else {
      onWait?.(message.waitMs);
      child.send('over');
    }
  });
  const [exitCode] = await once(child, 'exit');
  if (!outcome) throw new Error(`${program} ${scenario} ended without a result (exit code ${exitCode})`);
  return outcome;
}
