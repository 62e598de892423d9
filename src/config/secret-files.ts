import { readFileSync, statSync } from 'node:fs';
import type { Report } from './report.ts';
import { variables, type VariableName } from './variables.ts';

/** More than any secret: a larger file is another one than meant. */
const maxBytes = 64 * 1024;

/** The variables whose value may be in a file, named by the same name with `_FILE`. */
export const fileVariables: readonly VariableName[] = (Object.keys(variables) as VariableName[]).filter(
  (name) => variables[name].mayBeFile,
);

/** Every name that has a meaning in the environment. */
export const variableNames: ReadonlySet<string> = new Set([
  ...Object.keys(variables),
  ...fileVariables.map((name) => `${name}_FILE`),
]);

/** A copy of `environment` in which each secret `X` has the content of the file that `X_FILE` names, without the last line end. */
export function readSecretFiles(environment: NodeJS.ProcessEnv, report: Report): NodeJS.ProcessEnv {
  const complete = { ...environment };
  for (const name of fileVariables) {
    const path = environment[`${name}_FILE`]?.trim() ?? '';
    if (path === '') continue;
    if ((environment[name]?.trim() ?? '') !== '') {
      report(`${name}_FILE`, `must not be set together with ${name}: remove one of the two`);
      continue;
    }
    const content = contentOf(path);
    if ('problem' in content) report(`${name}_FILE`, content.problem);
    else complete[name] = content.text;
  }
  return complete;
}

/** Messages name no path: it may hold what should have been the secret. */
function contentOf(path: string): { readonly text: string } | { readonly problem: string } {
  try {
    const stat = statSync(path);
    // A pipe would keep the start waiting.
    if (!stat.isFile()) return { problem: 'must name a file, not a folder or a device' };
    if (stat.size > maxBytes) return { problem: `must name a file of at most ${maxBytes} bytes` };
    const text = new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path));
    if (text.trim() === '') return { problem: 'names a file that is empty: write the secret into it' };
    return { text: text.replace(/\r?\n$/, '') };
  } catch (error) {
    return { problem: problems[(error as NodeJS.ErrnoException).code ?? ''] ?? unreadable };
  }
}

const unreadable = 'names a file that cannot be read';
const problems: Readonly<Record<string, string>> = {
  ENOENT: 'names a file that does not exist: it must be the path of a file, not the secret',
  ENOTDIR: 'names a file that does not exist: a part of the path is no folder',
  ENAMETOOLONG: 'must be the path of a file, not the secret',
  EACCES: `${unreadable}: give the user of this process the right to read it`,
  ERR_ENCODING_INVALID_ENCODED_DATA: 'names a file that is not text in UTF-8',
};
