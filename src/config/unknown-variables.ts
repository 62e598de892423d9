import { closest, distance } from 'fastest-levenshtein';
import { variables } from './variables.ts';

const known = Object.keys(variables);
/** Names that nobody else uses: an unknown one among them is a mistake, however far from a known one. */
const ours = /^(?:DINGTALK|VIEWER|GATEWAY|ROUTER)_/;
/** Anybody's names: mistaken only if nearly one of ours. */
const nearlyOurs = 2;

/** One warning for each variable that the gateway does not know and that seems to be meant for it. */
export function unknownVariableWarnings(environment: NodeJS.ProcessEnv): string[] {
  return Object.keys(environment)
    .filter((name) => !known.includes(name))
    .map((name) => ({ name, nearest: closest(name, known) }))
    .filter(({ name, nearest }) => ours.test(name) || isSlip(name, nearest))
    .map(
      ({ name, nearest }) =>
        `${name} is not a variable of the gateway and is ignored: did you mean ${nearest}?`,
    );
}

/** Two letters make another word of a short name, such as HOME of HOST. */
const isSlip = (name: string, nearest: string): boolean =>
  nearest.length > 4 && distance(name, nearest) <= nearlyOurs;
