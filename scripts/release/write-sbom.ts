import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { bundledPackages } from '../bundle/bundled-packages.ts';
import { bundleOptions } from '../bundle/options.ts';

interface Sbom {
  serialNumber?: string;
  readonly metadata: { timestamp?: string; readonly component: { name: string } };
  readonly components: readonly { readonly 'bom-ref': string }[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn?: readonly string[] }[];
}

/**
 * Writes the packages that are in the bundle, as CycloneDX, to the given file. The same sources give the same bytes.
 *
 * @returns how many packages.
 */
export async function writeSbom(file: string): Promise<number> {
  const manifest = JSON.parse(await readFile('package.json', 'utf8')) as {
    readonly name: string;
    readonly version: string;
    readonly dependencies: Readonly<Record<string, string>>;
  };
  const bundled = await bundledPackages();
  const needed = Object.entries(manifest.dependencies).filter(
    ([name]) => !bundleOptions.external.includes(name),
  );
  complainAbout(
    'The bundle has no code of',
    needed.map(([name, version]) => `${name}@${version}`).filter((each) => !bundled.has(each)),
  );

  const whole = npmSbom();
  // npm names the component after the folder. Number and time would differ each time.
  whole.metadata.component.name = manifest.name;
  delete whole.serialNumber;
  delete whole.metadata.timestamp;

  const root = `${manifest.name}@${manifest.version}`;
  const components = whole.components.filter((component) => bundled.has(component['bom-ref']));
  const listed = new Set(components.map((component) => component['bom-ref']));
  complainAbout(
    'package-lock.json lacks',
    [...bundled].filter((each) => !listed.has(each)),
  );
  const dependencies = whole.dependencies
    .filter(({ ref }) => ref === root || bundled.has(ref))
    .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter((each) => bundled.has(each)) }));

  await writeFile(file, `${JSON.stringify({ ...whole, components, dependencies }, null, 2)}\n`);
  return components.length;
}

/** Every package of the lockfile, those for development included. */
function npmSbom(): Sbom {
  const args = ['sbom', '--package-lock-only', '--sbom-format', 'cyclonedx', '--sbom-type', 'application'];
  return JSON.parse(execFileSync('npm', args, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 })) as Sbom;
}

function complainAbout(what: string, packages: readonly string[]): void {
  if (packages.length > 0) throw new Error(`${what} ${packages.join(', ')}`);
}
