/** Far above what any operation of the graph needs, and far below what a recursive reader survives. */
const maxDepth = 64;

/** A whole string with the colon that makes it a name, or a bracket. Unrolled, so that a long string costs no stack. */
const token = /"[^"\\]*(?:\\.[^"\\]*)*"(\s*:)?|[{}[\]]/g;

/**
 * What is wrong with `json`, a text that is known to be valid JSON, though `JSON.parse` lets it pass: a name twice
 * in one object (readers disagree on which counts), `__proto__`, or more nesting than is good for recursive code.
 */
export function findJsonFault(json: string): string | undefined {
  const names: (Set<string> | undefined)[] = [];
  for (const [text, colon] of json.matchAll(token)) {
    if (text === '{' || text === '[') {
      names.push(text === '{' ? new Set() : undefined);
      if (names.length > maxDepth) return `it is nested more than ${maxDepth} levels deep`;
    } else if (text === '}' || text === ']') {
      names.pop();
    } else if (colon !== undefined) {
      const name = JSON.parse(text.slice(0, -colon.length)) as string;
      const known = names.at(-1);
      if (name === '__proto__') return 'it holds the name __proto__';
      if (known?.has(name)) return 'it holds a name twice in one object';
      known?.add(name);
    }
  }
  return undefined;
}
