import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';

const exec = promisify(execFile);

/** A document of Kubernetes, as YAML has it. */
export type KubernetesDocument = any;

/** What `kubectl kustomize` makes of a folder. */
export async function render(folder: string): Promise<KubernetesDocument[]> {
  const { stdout } = await exec('kubectl', ['kustomize', folder]);
  return parseAllDocuments(stdout).map((document) => {
    const [error] = document.errors;
    if (error) throw error;
    return document.toJS();
  });
}

/** What it makes of a kustomization of one's own, in a folder beside `deploy/`. */
export async function renderText(kustomization: string): Promise<KubernetesDocument[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'gateway-kustomization-'));
  try {
    const root = path.relative(folder, process.cwd());
    await writeFile(
      path.join(folder, 'kustomization.yaml'),
      kustomization.replaceAll('../deploy/', `${root}/deploy/`),
    );
    return await render(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The package that has the schemas of an API. */
const packageOf = (apiVersion: string): string =>
  apiVersion.startsWith('monitoring.coreos.com/')
    ? `@kubernetes-models/prometheus-operator/${apiVersion}`
    : `kubernetes-models/${apiVersion}`;

/** What the API's schemas refuse in `document`: values and missing fields; undefined if nothing. */
export async function refusalOf(document: KubernetesDocument): Promise<string | undefined> {
  const models = (await import(packageOf(document.apiVersion))) as Record<
    string,
    new (data: unknown) => { validate(): void }
  >;
  const Model = models[document.kind];
  if (!Model) return `${document.apiVersion} has no ${document.kind}`;
  try {
    new Model(document).validate();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/**
 * The fields of `documents` that the API does not have. Its schemas accept them, as the API did for years; the compiler
 * does not, for an object that is written where its type is known.
 */
export async function unknownFields(documents: readonly KubernetesDocument[]): Promise<string[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'gateway-documents-'));
  try {
    await symlink(path.resolve('node_modules'), path.join(folder, 'node_modules'));
    await mkdir(path.join(folder, 'src'));
    const lines = documents.map(
      (document) =>
        `(${JSON.stringify(document)}) satisfies import('${packageOf(document.apiVersion)}').I${document.kind};`,
    );
    await writeFile(path.join(folder, 'src/documents.ts'), `export {};\n${lines.join('\n')}\n`);
    const compilerOptions = {
      module: 'esnext',
      moduleResolution: 'bundler',
      target: 'es2024',
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      types: [],
    };
    await writeFile(
      path.join(folder, 'tsconfig.json'),
      JSON.stringify({ compilerOptions, include: ['src'] }),
    );
    const findings = await exec('node_modules/.bin/tsc', ['--project', folder, '--pretty', 'false']).then(
      () => [],
      (error: Error & { stdout: string }) => {
        const lines = error.stdout.split('\n').filter((line) => line.includes(': error '));
        if (lines.length === 0) throw error;
        return lines;
      },
    );
    return findings.map((line) => line.replace(/^.*?: error /, ''));
  } finally {
    await rm(folder, { recursive: true });
  }
}
