import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

interface Component {
  readonly 'bom-ref': string;
  readonly name: string;
  readonly version: string;
  readonly properties?: readonly { readonly name: string; readonly value: string }[];
}

interface Sbom {
  readonly metadata: { readonly component: { name: string } };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn?: readonly string[] }[];
}

/** Writes the run-time dependencies of the gateway, as CycloneDX, to the given file. */
const [target] = process.argv.slice(2);
if (target === undefined) throw new Error('Usage: write-sbom <file>');

const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as {
  name: string;
  dependencies: Record<string, string>;
};
const sbom = runtimeOnly(
  JSON.parse(
    execFileSync('npm', ['sbom', '--sbom-format', 'cyclonedx', '--sbom-type', 'application'], {
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    }),
  ) as Sbom,
);
// npm names the package after the folder.
sbom.metadata.component.name = manifest.name;

const listed = new Set(sbom.components.map(({ name, version }) => `${name}@${version}`));
const missing = Object.entries(manifest.dependencies).filter(
  ([name, version]) => !listed.has(`${name}@${version}`),
);
if (missing.length > 0) throw new Error(`The bill of materials lacks ${missing.join(', ')}`);

mkdirSync(dirname(target), { recursive: true });
writeFileSync(target, `${JSON.stringify(sbom, null, 2)}\n`);
process.stdout.write(`${target}: ${sbom.components.length} components\n`);

/** Filters by npm's marks: `--omit dev` also omits packages that run time and development share. */
function runtimeOnly(whole: Sbom): Sbom {
  const components = whole.components.filter(
    ({ properties = [] }) => !properties.some(({ name }) => name === 'cdx:npm:package:development'),
  );
  const kept = new Set(components.map((component) => component['bom-ref']));
  const isKept = (ref: string): boolean => kept.has(ref);
  const dependencies = whole.dependencies
    .filter(({ ref }) => isKept(ref) || !whole.components.some((component) => component['bom-ref'] === ref))
    .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter(isKept) }));
  return { ...whole, components, dependencies };
}
