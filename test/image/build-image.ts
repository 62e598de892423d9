import { cp, mkdir, readFile, realpath, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ContainerTools } from './container-tools.ts';

export const image = 'localhost/dingtalk-graphql-gateway';
/** What the image is built on: a C library, a shell and Node. */
export const runImage = 'localhost/node';
const buildImage = 'localhost/npm';

const inChroot = ['build', '--isolation=chroot', '--pull=never'];

/** Debian's packages of the base: Node needs the first, a build the others. */
const debianPackages = ['libstdc++6', 'base-files', 'dash', 'coreutils'];

/** Builds the whole `Containerfile` as {@link image}. Nothing comes from a registry of images. */
export async function buildGatewayImage(tools: ContainerTools, revision: string): Promise<void> {
  await buildBase(tools);
  const secret = path.join(tools.folder, 'npmrc');
  await writeFile(secret, await npmConfiguration(tools), { mode: 0o600 });
  const certificates = (await tools.run('npm', 'config', 'get', 'cafile')).trim();
  await tools.run(
    'buildah',
    ...inChroot,
    '--format=docker',
    `--build-arg=BUILD_IMAGE=${buildImage}`,
    `--build-arg=RUN_IMAGE=${runImage}`,
    `--build-arg=REVISION=${revision}`,
    `--secret=id=npmrc,src=${secret}`,
    ...(path.isAbsolute(certificates) ? [`--volume=${certificates}:${certificates}:ro`] : []),
    '--file=Containerfile',
    `--tag=${image}`,
    '.',
  );
}

async function buildBase(tools: ContainerTools): Promise<void> {
  const context = path.join(tools.folder, 'base');
  await mkdir(context);
  const suite = /^VERSION_CODENAME=(.*)$/m.exec(await readFile('/etc/os-release', 'utf8'))?.[1] ?? '';
  const include = `--include=${debianPackages.join(',')}`;
  const tarball = path.join(context, 'base.tar');
  await tools.run('mmdebstrap', '--quiet', '--variant=extract', include, suite, tarball);
  await cp(await realpath(process.execPath), path.join(context, 'node'));
  const npm = path.join((await tools.run('npm', 'root', '--global')).trim(), 'npm');
  await cp(npm, path.join(context, 'npm'), { recursive: true });
  const build = async (stage: string, tag: string): Promise<unknown> =>
    tools.run(
      'buildah',
      ...inChroot,
      `--target=${stage}`,
      `--tag=${tag}`,
      '--file=test/image/base.Containerfile',
      context,
    );
  await build('node', runImage);
  await build('npm', buildImage);
}

/** This machine's way to npm's registry. */
async function npmConfiguration(tools: ContainerTools): Promise<string> {
  const get = async (name: string): Promise<string> => (await tools.run('npm', 'config', 'get', name)).trim();
  const files = [await get('globalconfig'), await get('userconfig')];
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8').catch(() => '')));
  return [...texts, `registry=${await get('registry')}`, ''].join('\n');
}
