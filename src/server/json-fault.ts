/** Far above what any operation of the graph needs, and far below what a recursive reader survives. */
const maxDepth = 64;

/**
 * What is wrong with `json`, a text that is known to be valid JSON, though `JSON.parse` lets it pass: a name twice
 * in one object (readers disagree on which counts), `__proto__`, or more nesting than is good for recursive code.
 */
export function findJsonFault(json: string): string | undefined {
  /** The names of each object that is open; undefined for an array. */
  const open: (Set<string> | undefined)[] = [];
  for (let at = 0; at < json.length; at += 1) {
    switch (json[at]) {
      case '{':
      case '[':
        open.push(json[at] === '{' ? new Set() : undefined);
        if (open.length > maxDepth) return `it is nested more than ${maxDepth} levels deep`;
        break;
      case '}':
      case ']':
        open.pop();
        break;
      case '"': {
        const end = endOfString(json, at);
        if (isFollowedByColon(json, end)) {
          const name = textOf(json.slice(at, end));
          const known = open.at(-1);
          if (name === '__proto__') return 'it holds the name __proto__';
          if (known?.has(name) === true) return 'it holds a name twice in one object';
          known?.add(name);
        }
        at = end - 1;
        break;
      }
      default:
    }
  }
  return undefined;
}

/** Behind the quotation mark that ends the string that begins at `start`. */
function endOfString(json: string, start: number): number {
  for (let at = start + 1; ; at += 1) {
    const end = json.indexOf('"', at);
    let backslashes = 0;
    while (json[end - 1 - backslashes] === '\\') backslashes += 1;
    // An odd one stands before the mark itself.
    if (backslashes % 2 === 0) return end + 1;
    at = end;
  }
}

function isFollowedByColon(json: string, end: number): boolean {
  let at = end;
  while (json[at] === ' ' || json[at] === '\n' || json[at] === '\r' || json[at] === '\t') at += 1;
  return json[at] === ':';
}

const textOf = (string: string): string =>
  string.includes('\\') ? (JSON.parse(string) as string) : string.slice(1, -1);
