import { contentOf } from './file-content.ts';
import type { Report } from './report.ts';
import { variables, type VariableName } from './variables.ts';

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
