/** The non-empty string under a name of a JSON body; undefined where it is anything else. */
export function bodyField(body: unknown, name: string): string | undefined {
  if (typeof body !== 'object' || body === null) {
    return undefined;
  }
  const value: unknown = Object.getOwnPropertyDescriptor(body, name)?.value;
  return typeof value === 'string' && value !== '' ? value : undefined;
}
