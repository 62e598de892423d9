/** Longer than any message of ours, and than any of GraphQL's that quotes no more than a name of ordinary length. */
const maxLength = 300;

/** GraphQL's messages up to where they quote a value or a text of the document. `end` is what stands in its place. */
const quotes: readonly { readonly mark: string; readonly end: string }[] = [
  { mark: ' got invalid value ', end: ' got an invalid value: send what its type asks for.' },
  { mark: ', found ', end: '.' },
  { mark: ' Did you mean ', end: '' },
];
/** Tokens that carry a text: `Unexpected Name "…"`. */
const tokens = ['Name', 'Int', 'Float', 'String', 'BlockString'].map((kind) => ` ${kind} "`);
/** `Int cannot represent non-integer value: …` */
const representation = 'cannot represent ';

/**
 * The message without what the client sent, which may be anything, and without guesses at what it meant, which
 * tell of the schema. What else is quoted of the client is cut to a bounded length.
 *
 * Plain searches instead of patterns: the text is the client's, and a pattern that tries each place of it again takes
 * the square of its length.
 */
export function withholdInput(message: string): string {
  let left = message;
  for (const { mark, end } of quotes) {
    const at = left.indexOf(mark);
    if (at >= 0) left = left.slice(0, at) + end;
  }
  return shorten(withoutToken(withoutValue(left)));
}

function withoutValue(message: string): string {
  const at = message.indexOf(representation);
  const colon = at < 0 ? -1 : message.indexOf(': ', at + representation.length);
  return colon < 0 ? message : `${message.slice(0, colon)}.`;
}

function withoutToken(message: string): string {
  const token = tokens.find((start) => message.includes(start));
  return token === undefined ? message : `${message.slice(0, message.indexOf(token) + token.length - 2)}.`;
}

/** No half of a surrogate pair is left at the cut. */
const shorten = (message: string): string =>
  message.length <= maxLength ? message : `${message.slice(0, maxLength - 1).toWellFormed()}…`;
