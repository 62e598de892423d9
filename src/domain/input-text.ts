/** One text for one input of an API, whatever the order of its properties. */
export function inputText(api: string, input: unknown): string {
  if (typeof input !== 'object' || input === null) return JSON.stringify([api, input]);
  const entries = Object.entries(input);
  if (entries.length > 1) entries.sort(byName);
  return JSON.stringify([api, ...entries]);
}

const byName = ([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number =>
  one < other ? -1 : 1;
