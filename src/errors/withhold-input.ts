/** Longer than our messages, and than GraphQL's where they quote only a name of ordinary length. */
const maxLength = 300;

/** Marks after which GraphQL's messages quote a value or a text of the document; `end` replaces it. */
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
 * The message without input of the client, which may hold anything, and without "Did you mean", which reveals the
 * schema. The rest is cut to a bounded length.
 *
 * Searches instead of regular expressions: on the client's text some of those take the square of its length.
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
