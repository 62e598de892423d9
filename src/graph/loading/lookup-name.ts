/** One name for one lookup: the endpoint and the whole input, whatever the order of its properties. */
export const lookupName = (endpoint: { readonly name: string }, input: object): string =>
  JSON.stringify([endpoint.name, ...Object.entries(input).toSorted(byName)]);

const byName = ([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number =>
  one < other ? -1 : 1;
