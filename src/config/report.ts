import type { Settings, VariableName } from './variables.ts';

/** Reports a problem with one variable. */
export type Report = (variable: VariableName | `${VariableName}_FILE`, message: string) => void;

/** Returns the variable's value, and reports `must be set <why>` if it is unset. */
export function required<Name extends VariableName>(
  settings: Settings,
  name: Name,
  why: string,
  report: Report,
): Settings[Name] {
  if (settings[name] === undefined) report(name, `must be set ${why}`);
  return settings[name];
}
