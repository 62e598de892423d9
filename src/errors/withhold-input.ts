/** GraphQL's own words up to where they quote what the client sent: a value, or a text of the document. */
const quotes: readonly (readonly [RegExp, string])[] = [
  [/(\bgot) (invalid value) [^]*$/, '$1 an $2: send what its type asks for.'],
  [/(\bcannot represent [^:]*): [^]*$/, '$1.'],
  [/, found [^]*\.$/, '.'],
  [/\b(Name|Int|Float|String|BlockString) "[^]*"(?=\.?$)/, '$1'],
  [/ ?Did you mean [^]*\?$/, ''],
];

/**
 * The message without what the client sent, which may be anything, and without guesses at what it meant, which
 * tell of the schema.
 */
export const withholdInput = (message: string): string =>
  quotes.reduce((left, [pattern, replacement]) => left.replace(pattern, replacement), message);
