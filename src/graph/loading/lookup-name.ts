/** One name for one lookup: the endpoint and the whole input, whatever the order of its properties. */
export function lookupName(endpoint: { readonly name: string }, input: object): string {
  const entries = Object.entries(input);
  if (entries.length > 1) entries.sort(byName);
  return JSON.stringify([endpoint.name, ...entries]);
}

const byName = ([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number =>
  one < other ? -1 : 1;
