import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface Readiness {
  readonly version: string;
  /** The version's date in CHANGELOG.md, such as `2026-11-27`. */
  readonly date: string;
  readonly isTagged: boolean;
  /** Why this commit cannot be released, each with its remedy. */
  readonly problems: readonly string[];
}

/** Where the version stands as well, and what is before and after it on its line. */
const places = [
  ['Containerfile', 'ARG VERSION=', ''],
  ['compose.yaml', 'image: dingtalk-graphql-gateway:', ''],
  ['deploy/kubernetes/base/kustomization.yaml', 'newTag: ', ''],
  ['client/package.json', '"version": "', '",'],
  ['client/package-lock.json', '"version": "', '",'],
] as const;

/** Whether the present folder, which is a clone of the project, can be released. */
export function readReadiness(): Readiness {
  const { version } = readJson('package.json');
  const date = dateInChangelog(version);
  const changed = git('status', '--porcelain').trimEnd();
  const tag = `v${version}`;
  const isTagged = git('tag', '--list', tag).trim() !== '';
  const isTaggedHere = git('tag', '--list', tag, '--points-at', 'HEAD').trim() !== '';
  const problems = [
    changed !== '' && `Commit or remove these changes first:\n${changed}`,
    date === undefined && `CHANGELOG.md has no section "## [${version}] - <date>": add it.`,
    isTagged && !isTaggedHere && `The tag ${tag} is another commit: set the next version in package.json.`,
    readJson('package-lock.json').version !== version &&
      `package-lock.json has another version than package.json: run npm install --package-lock-only.`,
    ...places.map(
      ([file, before, after]) =>
        !readFileSync(file, 'utf8').includes(`${before}${version}${after}\n`) &&
        `${file} has another version than package.json: set ${version} there.`,
    ),
    readFileSync('schema.graphql', 'utf8') !== readFileSync('schema.released.graphql', 'utf8') &&
      'schema.released.graphql is not the present schema: run npm run schema:release.',
  ].filter((problem) => problem !== false);
  return { version, date: date ?? '', isTagged, problems };
}

export function git(...args: readonly string[]): string {
  return execFileSync('git', args, { encoding: 'utf8' });
}

function readJson(file: string): { readonly version: string } {
  return JSON.parse(readFileSync(file, 'utf8')) as { readonly version: string };
}

function dateInChangelog(version: string): string | undefined {
  const headings = readFileSync('CHANGELOG.md', 'utf8').matchAll(/^## \[([^\]]+)\] - (\d{4}-\d{2}-\d{2})$/gm);
  return [...headings].find(([, each]) => each === version)?.[2];
}
