import { execFile, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { test } from '@jest/globals';
import { findProgram } from '../../scripts/support/find-program.ts';

const neededPrograms = ['buildah', 'podman', 'runc', 'mmdebstrap'];

const mayMount = (): boolean => spawnSync('unshare', ['--mount', 'true'], { stdio: 'ignore' }).status === 0;

export const canRunContainers = neededPrograms.every(findProgram) && process.getuid?.() === 0 && mayMount();
if (!canRunContainers) {
  console.warn(
    'Tests of the image are skipped: run them as root with the right to mount, and install buildah, podman, runc and ' +
      `mmdebstrap (Debian: apt-get install --no-install-recommends ${neededPrograms.join(' ')}).`,
  );
}

/** A test that builds or runs an image: skipped with a message where that is not possible. */
export const testWithContainers = canRunContainers ? test : test.skip;

export interface ContainerTools extends AsyncDisposable {
  /** Deleted with everything in it: images and containers, too. */
  readonly folder: string;
  /** For programs that work on these images. */
  readonly environment: NodeJS.ProcessEnv;
  /** Runs a program and returns what it printed; rejects with its standard error if it fails. */
  run(program: string, ...args: readonly string[]): Promise<string>;
}

/** buildah and podman with images of their own, in a folder of their own. */
export async function createContainerTools(): Promise<ContainerTools> {
  const folder = await mkdtemp(path.join(tmpdir(), 'gateway-image-'));
  const storage = path.join(folder, 'storage.conf');
  const engine = path.join(folder, 'containers.conf');
  // vfs and cgroupfs work on every file system and without systemd.
  await writeFile(
    storage,
    `[storage]\ndriver = "vfs"\ngraphroot = "${folder}/images"\nrunroot = "${folder}/run"\n`,
  );
  // Limits that may be lowered, but not raised, without CAP_SYS_RESOURCE.
  await writeFile(
    engine,
    '[containers]\ndefault_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]\n' +
      '[engine]\nruntime = "runc"\ncgroup_manager = "cgroupfs"\nevents_logger = "none"\n' +
      `tmp_dir = "${folder}/podman"\n`,
  );
  // For large temporary files.
  const temporary = path.join(folder, 'tmp');
  await mkdir(temporary);
  const environment = { CONTAINERS_STORAGE_CONF: storage, CONTAINERS_CONF: engine, TMPDIR: temporary };

  // Without node_modules/.bin: npm looks for its settings beside the Node that runs it.
  const PATH = (process.env['PATH'] ?? '')
    .split(':')
    .filter((each) => !each.includes('node_modules'))
    .join(':');
  const run: ContainerTools['run'] = async (program, ...args) => {
    const { stdout } = await promisify(execFile)(program, args, {
      env: { ...process.env, ...environment, PATH },
      maxBuffer: 64 * 1024 * 1024,
    });
    return stdout;
  };

  return {
    folder,
    environment,
    run,
    async [Symbol.asyncDispose]() {
      await run('podman', 'rm', '--all', '--force', '--time', '0').catch(() => undefined);
      await run('buildah', 'rm', '--all').catch(() => undefined);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
