/** Longer than any message of the gateway, and than GraphQL's with a name of ordinary length in it. */
const maxLength = 300;

/** A mark after which GraphQL's messages quote input. `end` replaces mark and quote. */
interface Quote {
  readonly mark: string;
  readonly end: string;
}

/** Of a value. */
const valueQuotes: readonly Quote[] = [
  { mark: ' got invalid value ', end: ' got an invalid value: send what its type asks for.' },
];
/** Of the document, and of the schema. */
const documentQuotes: readonly Quote[] = [
  { mark: ', found ', end: '.' },
  { mark: ' Did you mean ', end: '' },
];
/** Tokens whose text is quoted: `Unexpected Name "…"`. A string is a value, which may be a secret in a wrong place. */
const documentTokens = quotedBy(['Name', 'Int', 'Float']);
const valueTokens = quotedBy(['String', 'BlockString']);
/** `Int cannot represent non-integer value: …` */
const representation = 'cannot represent ';

/**
 * Removes the client's input from a message, because it may be private, and "Did you mean", which reveals the schema.
 * With `keepDocument`, for development, only values are removed. Cuts the rest to 300 characters.
 *
 * Uses no regular expressions: on a client's input some would take quadratic time.
 */
export function withholdInput(message: string, { keepDocument }: { readonly keepDocument: boolean }): string {
  const rest = withoutToken(withoutValue(withoutQuotes(message, valueQuotes)), valueTokens);
  return shorten(keepDocument ? rest : withoutToken(withoutQuotes(rest, documentQuotes), documentTokens));
}

function withoutQuotes(message: string, quotes: readonly Quote[]): string {
  let rest = message;
  for (const { mark, end } of quotes) {
    const at = rest.indexOf(mark);
    if (at >= 0) rest = rest.slice(0, at) + end;
  }
  return rest;
}

function withoutValue(message: string): string {
  const at = message.indexOf(representation);
  const colon = at < 0 ? -1 : message.indexOf(': ', at + representation.length);
  return colon < 0 ? message : `${message.slice(0, colon)}.`;
}

function quotedBy(kinds: readonly string[]): readonly string[] {
  return kinds.map((kind) => ` ${kind} "`);
}

function withoutToken(message: string, tokens: readonly string[]): string {
  const token = tokens.find((start) => message.includes(start));
  return token === undefined ? message : `${message.slice(0, message.indexOf(token) + token.length - 2)}.`;
}

/** `toWellFormed` replaces half of a surrogate pair at the cut. */
const shorten = (message: string): string =>
  message.length <= maxLength ? message : `${message.slice(0, maxLength - 1).toWellFormed()}…`;
