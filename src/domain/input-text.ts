/** One text for one input of an API, whatever the order of its properties. */
export function inputText(api: string, input: unknown): string {
  return `${api} ${JSON.stringify(typeof input === 'object' && input !== null ? sorted(input) : input)}`;
}

function sorted(input: object): object {
  const names = Object.keys(input);
  if (names.length < 2) return input;
  return Object.fromEntries(names.toSorted().map((name) => [name, (input as Record<string, unknown>)[name]]));
}
