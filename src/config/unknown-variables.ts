import { closest } from 'fastest-levenshtein';
import { variables } from './variables.ts';

const ours = /^(?:DINGTALK|VIEWER)_/;

/** One warning for each `DINGTALK_*` or `VIEWER_*` variable that the gateway does not know. */
export function unknownVariableWarnings(environment: NodeJS.ProcessEnv): string[] {
  const known = Object.keys(variables);
  return Object.keys(environment)
    .filter((name) => ours.test(name) && !known.includes(name))
    .map(
      (name) =>
        `${name} is not a variable of the gateway and is ignored: did you mean ${closest(name, known)}?`,
    );
}
